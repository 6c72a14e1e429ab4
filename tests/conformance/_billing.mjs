// Another subgraph, as a neighbour team would write it: invoices, each for a ticket of ours, by ticket id.
import { createServer } from "node:http";
import { buildSubgraphSchema } from "@apollo/subgraph";
import { parse } from "graphql";
import { createHandler } from "graphql-http/lib/use/http";

export const typeDefs = `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])

type Query { invoices(tickets: [ID!]!): InvoiceConnection! }
type InvoiceConnection { nodes: [Invoice!]! pageInfo: PageInfo! }
type PageInfo @shareable { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
type Invoice @key(fields: "id") { id: ID! cents: Int! ticket: Ticket! }
type Ticket @key(fields: "id") { id: ID! invoice: Invoice! }
`;

/** The same, by a team that serves Relay clients of its own: its `node` is hidden and shareable, as ours then is. */
export const withNode = `${typeDefs.replace('"@shareable"', '"@shareable", "@inaccessible"')}
interface Node { id: ID! }
extend type Invoice implements Node
extend type Query { node(id: ID!): Node @shareable @inaccessible nodes(ids: [ID!]!): [Node]! @shareable @inaccessible }
`;

const invoice = (ticket) => ({ id: `invoice-${ticket}`, cents: centsOf(ticket), ticket: { id: ticket } });
/** Computed from the id, so that a check can know it without asking. */
export const centsOf = (ticket) => [...ticket].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);

const pageInfo = { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null };
const resolvers = {
  Query: { invoices: (_, { tickets }) => ({ nodes: tickets.map(invoice), pageInfo }) },
  Ticket: { invoice: ({ id }) => invoice(id) },
  Invoice: { __resolveReference: ({ id }) => invoice(id.replace("invoice-", "")) },
};

/** Starts it on a free port of this machine; returns its address. */
export async function startBilling() {
  const schema = buildSubgraphSchema({ typeDefs: parse(typeDefs), resolvers });
  const server = createServer(createHandler({ schema }));
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return `http://127.0.0.1:${server.address().port}/graphql`;
}
