// A query crosses both subgraphs through Hive's gateway, with `node` shown and hidden.
import { createServer } from "node:http";
import { createGatewayRuntime } from "@graphql-hive/gateway";
import { hiddenUrl, url, verdict } from "./_check.mjs";
import { crosses, supergraphOf } from "./_supergraph.mjs";

async function gatewayOver(to) {
  const gateway = createGatewayRuntime({ supergraph: await supergraphOf(to), logging: "error" });
  const server = createServer(gateway);
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return `http://127.0.0.1:${server.address().port}/graphql`;
}

await verdict(async () => {
  const joined = await crosses(await gatewayOver(url));
  await crosses(await gatewayOver(hiddenUrl), { hidden: true });
  return `${joined} tickets joined with their invoices, there and back; node shown and hidden`;
});
