// A query crosses both subgraphs through Apollo's gateway, with `node` shown and hidden.
import { ApolloGateway } from "@apollo/gateway";
import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";
import { hiddenUrl, url, verdict } from "./_check.mjs";
import { crosses, supergraphOf } from "./_supergraph.mjs";

async function gatewayOver(to) {
  const gateway = new ApolloGateway({ supergraphSdl: await supergraphOf(to) });
  const server = new ApolloServer({ gateway, logger: { debug() {}, info() {}, warn: console.warn, error: console.error } });
  return (await startStandaloneServer(server, { listen: { port: 0, host: "127.0.0.1" } })).url;
}

await verdict(async () => {
  const joined = await crosses(await gatewayOver(url));
  await crosses(await gatewayOver(hiddenUrl), { hidden: true });
  return `${joined} tickets joined with their invoices, there and back; node shown and hidden`;
});
