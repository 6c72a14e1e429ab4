import { explorerPlugin } from "@graphiql/plugin-explorer";
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
import { createRoot } from "react-dom/client";
import "graphiql/style.css";
import "@graphiql/plugin-explorer/style.css";
import "./page.css";
import { examples } from "./examples.js";

// GraphiQL's own setup of Monaco's workers is for vite, webpack or a CDN
const worker = (name) => new Worker(new URL(`${name}.js`, new URL(".", import.meta.url)), { type: "module" });
const workers = { json: "json.worker", graphql: "graphql.worker" };
globalThis.MonacoEnvironment = { getWorker: (_, label) => worker(workers[label] ?? "editor.worker") };

const root = document.getElementById("graphiql");
const url = new URL(root.dataset.endpoint, location.href);
const socket = new URL(url);
socket.protocol = url.protocol === "https:" ? "wss:" : "ws:";

const fetcher = createGraphiQLFetcher({ url: url.href, subscriptionUrl: socket.href });

createRoot(root).render(
  <GraphiQL
    fetcher={fetcher}
    plugins={[HISTORY_PLUGIN, explorerPlugin()]}
    defaultTabs={examples}
    isHeadersEditorEnabled
    shouldPersistHeaders={false}
  />,
);
