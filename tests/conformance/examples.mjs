// Every tab that GraphiQL opens with runs against the server as it stands there, and shows something.
import { createClient } from "graphql-ws";
import { getOperationAST, parse } from "graphql";
import WebSocket from "ws";
import { examples } from "../../web/explorer/examples.js";
import { ask, claim, socketUrl, verdict } from "./_check.mjs";

async function first({ query, variables }) {
  const socket = createClient({ url: socketUrl, webSocketImpl: WebSocket });
  const { value } = await socket.iterate({ query, variables })[Symbol.asyncIterator]().next();
  await socket.dispose();
  return value;
}

/** Lists with nothing in them and null roots show a newcomer nothing. */
function shows(name, data) {
  claim(data && Object.values(data).every((root) => root !== null), `${name} to show something: ${JSON.stringify(data)}`);
  for (const root of Object.values(data)) {
    const rows = root.nodes ?? root.edges ?? (Array.isArray(root) ? root : null);
    if (rows) claim(rows.length > 0, `${name} to show rows`);
    if (root.userErrors) claim(root.userErrors.length === 0, `${name} without user errors: ${JSON.stringify(root.userErrors)}`);
    for (const source of root.sources ?? []) claim(source.state !== "FAILED", `${name} with every helpdesk: ${JSON.stringify(source)}`);
  }
}

/** The examples of the copy need one. */
async function copied(attempts = 150) {
  const { data } = await ask("{ helpdesks { sync(kinds: [TICKETS]) { finishedAt } } }");
  if (data.helpdesks.every(({ sync }) => sync.every(({ finishedAt }) => finishedAt))) return;
  claim(attempts > 0, "a copy of the tickets");
  await new Promise((resolve) => setTimeout(resolve, 500));
  await copied(attempts - 1);
}

await verdict(async () => {
  await copied();
  for (const example of examples) {
    const operation = getOperationAST(parse(example.query));
    const asked = { query: example.query, variables: example.variables ? JSON.parse(example.variables) : undefined };
    const answer = operation.operation === "subscription" ? await first(asked) : await ask(asked.query, asked.variables);
    claim(!answer.errors, `${operation.name.value} without errors, not ${JSON.stringify(answer.errors)}`);
    shows(operation.name.value, answer.data);
  }
  return `${examples.length} examples`;
});
