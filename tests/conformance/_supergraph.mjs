// What both gateways are asked, and what must come back.
import { composeServices } from "@apollo/composition";
import { parse } from "graphql";
import { centsOf, startBilling, typeDefs as billing } from "./_billing.mjs";
import { claim, data, same } from "./_check.mjs";

/** The supergraph of the server at `to`, as it is served, and a billing subgraph that runs. */
export async function supergraphOf(to) {
  const { _service } = await data("{ _service { sdl } }", {}, to);
  const composed = composeServices([
    { name: "deskgraph", url: to, typeDefs: parse(_service.sdl) },
    { name: "billing", url: await startBilling(), typeDefs: parse(billing) },
  ]);
  claim(composed.supergraphSdl, `a supergraph, not ${composed.errors?.[0]?.message}`);
  return composed.supergraphSdl;
}

/** There and back: tickets of ours with their invoices, and invoices with their tickets, which come by `_entities`. */
export async function crosses(gateway, { hidden = false } = {}) {
  const { tickets } = await data("{ tickets(first: 8) { nodes { id subject invoice { id cents } requester { name } helpdesk { vendor } } } }", {}, gateway);
  same(tickets.nodes.length, 8, "tickets through the gateway");
  for (const node of tickets.nodes) same(node.invoice, { id: `invoice-${node.id}`, cents: centsOf(node.id) }, "its invoice");
  const ids = tickets.nodes.map((node) => node.id);
  const back = await data(
    "query($ids: [ID!]!) { invoices(tickets: $ids) { nodes { cents ticket { id subject requester { name } helpdesk { vendor } } } pageInfo { hasNextPage } } }",
    { ids },
    gateway,
  );
  const wanted = tickets.nodes.map(({ id, subject, requester, helpdesk }) => ({ id, subject, requester, helpdesk }));
  same(back.invoices.nodes.map((node) => node.ticket), wanted, "tickets of the invoices");
  const answer = await (await fetch(gateway, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: "query($id: ID!) { node(id: $id) { id } }", variables: { id: ids[0] } }),
  })).json();
  if (hidden) claim(answer.errors?.[0]?.message.includes("node"), `no field \`node\` behind the gateway, not ${JSON.stringify(answer)}`);
  else same(answer.data?.node?.id, ids[0], "node through the gateway");
  return ids.length;
}
