// GraphiQL in a headless Chromium that can resolve no name: the page loads from us alone, opens with the examples,
// answers the first over both vendors, follows the subscription and shows the documentation, without a console error.
import { mkdtemp, rm } from "node:fs/promises";
import { accessSync, constants } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";
import { examples } from "../../web/explorer/examples.js";
import { claim, same, SKIPPED, url, verdict } from "./_check.mjs";

const FLAGS = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];
const PATIENCE = 60_000;

function browser() {
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  const places = (process.env.PATH ?? "").split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  return [process.env.CHROMIUM, ...places].find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Everything the page asked for and complained about. */
function watch(page) {
  const seen = { hosts: new Set(), failed: [], errors: [], sockets: [] };
  page.on("request", (request) => seen.hosts.add(new URL(request.url()).host));
  page.on("requestfailed", (request) => seen.failed.push(`${request.url()} ${request.failure()?.errorText}`));
  page.on("response", (response) => response.status() >= 400 && seen.failed.push(`${response.url()} ${response.status()}`));
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && seen.errors.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => seen.errors.push(String(error)));
  page.on("websocket", (socket) => seen.sockets.push(socket.url()));
  return seen;
}

const shown = async (page) => (await page.locator(".graphiql-response").innerText()).replaceAll("\u00a0", " ");

async function runsFirstExample(page) {
  const answered = page.waitForResponse((response) => response.request().postData()?.includes("LatestTickets"));
  await page.locator(".graphiql-execute-button").click();
  const { data, errors } = await (await answered).json();
  claim(!errors, `the first example without errors, not ${JSON.stringify(errors)}`);
  const vendors = new Set(data.tickets.nodes.map((node) => node.helpdesk.vendor));
  same([...vendors].sort(), ["FRESHDESK", "ZENDESK"], "vendors among the rows");
  await page.waitForFunction(() => document.querySelector(".graphiql-response")?.innerText.includes("requester"));
  const text = await shown(page);
  const { number, subject } = data.tickets.nodes[0];
  claim(text.includes(`"number": "${number}"`), `ticket ${number} ${subject} on the page, not ${text.slice(0, 400)}`);
  return data.tickets.nodes.length;
}

/** Until `word` is answered. GraphiQL sends the former tab's operationName for the blink of an eye after a change. */
async function plays(page, word, attempts = 5) {
  await page.locator(".graphiql-execute-button").click();
  await page.waitForFunction((wanted) => {
    const text = document.querySelector(".graphiql-response")?.innerText ?? "";
    return text.includes(wanted) || text.includes("errors");
  }, word);
  const text = await shown(page);
  if (text.includes(word)) return text;
  claim(attempts > 1, `${word}, not ${text}`);
  return plays(page, word, attempts - 1);
}

async function followsSubscription(page, seen) {
  await page.getByRole("tab", { name: "Heartbeat" }).click();
  await page.waitForFunction(() => document.querySelector(".graphiql-query-editor")?.innerText.includes("subscription"));
  claim((await plays(page, "heartbeat")).includes("UP"), "a helpdesk that is up");
  same(seen.sockets, [url.replace(/^http/, "ws")], "sockets");
  await page.locator(".graphiql-execute-button").click();
}

async function showsDocumentation(page) {
  await page.getByRole("button", { name: /Documentation Explorer/ }).click();
  await page.locator(".graphiql-doc-explorer").getByText("Query", { exact: true }).first().click();
  await page.locator(".graphiql-doc-explorer").getByText("helpdesks", { exact: true }).first().waitFor();
}

async function tour(executablePath, profile) {
  const context = await chromium.launchPersistentContext(profile, { executablePath, args: FLAGS, viewport: { width: 1400, height: 900 } });
  try {
    const page = context.pages()[0] ?? (await context.newPage());
    page.setDefaultTimeout(PATIENCE);
    const seen = watch(page);
    await page.goto(url);
    claim((await page.locator("#graphiql").count()) === 1, "the built GraphiQL page (`make explorer` builds it)");
    await page.locator(".graphiql-execute-button").waitFor();
    same(await page.locator(".graphiql-tab").count(), examples.length, "tabs");
    const rows = await runsFirstExample(page);
    await showsDocumentation(page);
    await followsSubscription(page, seen);
    same([...seen.hosts], [new URL(url).host], "hosts asked");
    same(seen.failed, [], "failed requests");
    same(seen.errors, [], "complaints on the console");
    return `${rows} rows of both vendors, documentation, a subscription; no other host, nothing on the console`;
  } finally {
    await context.close();
  }
}

const found = browser();
if (!found) {
  console.log("no Chromium on this machine (set CHROMIUM to one)");
  process.exit(SKIPPED);
}
await verdict(async () => {
  const profile = await mkdtemp(join(tmpdir(), "deskgraph-chromium-"));
  try {
    return await tour(found, profile);
  } finally {
    await rm(profile, { recursive: true, force: true });
  }
});
