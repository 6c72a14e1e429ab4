// relay-compiler accepts what Relay needs of a schema: refetching by `node`, pagination of a connection on Query and
// on an object, and a mutation with fragments. The schema is the server's introspection, as Relay's users take it.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { buildClientSchema, getIntrospectionQuery, printSchema } from "graphql";
import relay from "relay-compiler";
import { claim, data, url, verdict } from "./_check.mjs";

const documents = {
  TicketRow: "graphql`fragment TicketRow_ticket on Ticket @refetchable(queryName: \"TicketRowRefetch\") { id subject status requester { name } }`;",
  TicketList: `graphql\`
    fragment TicketList_query on Query
      @argumentDefinitions(count: { type: "Int", defaultValue: 20 }, cursor: { type: "Cursor" }, filter: { type: "TicketFilter" })
      @refetchable(queryName: "TicketListNextPage") {
      tickets(first: $count, after: $cursor, filter: $filter) @connection(key: "TicketList_tickets", filters: ["filter"]) {
        edges { node { id ...TicketRow_ticket } }
      }
    }\`;`,
  Comments: `graphql\`
    fragment Comments_ticket on Ticket
      @argumentDefinitions(count: { type: "Int", defaultValue: 20 }, cursor: { type: "Cursor" })
      @refetchable(queryName: "CommentsPreviousPage") {
      comments(last: $count, before: $cursor) @connection(key: "Comments_comments") { edges { node { id bodyText } } }
    }\`;`,
  Page: "graphql`query PageQuery($id: ID!) { ...TicketList_query node(id: $id) { __typename ...Comments_ticket @alias(as: \"ticket\") } }`;",
  Create: `graphql\`
    mutation CreateTicketMutation($input: CreateTicketInput!, $connections: [ID!]!) {
      createTicket(input: $input) {
        ticket @appendNode(connections: $connections, edgeTypeName: "TicketEdge") { ...TicketRow_ticket }
        userErrors { __typename code message path }
      }
    }\`;`,
  Heart: "graphql`subscription HeartSubscription { heartbeat { helpdesk { id key } health { state } } }`;",
};

async function compile(folder) {
  await mkdir(join(folder, "src"));
  for (const [name, text] of Object.entries(documents)) {
    await writeFile(join(folder, "src", `${name}.js`), `import { graphql } from "react-relay";\nexport const it = ${text}\n`);
  }
  const introspected = await data(getIntrospectionQuery({ inputValueDeprecation: true, oneOf: true }));
  await writeFile(join(folder, "schema.graphql"), printSchema(buildClientSchema(introspected)));
  await writeFile(join(folder, "relay.config.json"), JSON.stringify({ src: "./src", schema: "./schema.graphql", language: "javascript", eagerEsModules: true }));
  return promisify(execFile)(relay, ["./relay.config.json"], { cwd: folder });
}

await verdict(async () => {
  const folder = await mkdtemp(join(tmpdir(), "deskgraph-relay-"));
  try {
    await compile(folder).catch((error) => {
      throw new Error(`relay-compiler refused:\n${error.stdout ?? ""}${error.stderr ?? error.message}`);
    });
    const written = await readdir(join(folder, "src", "__generated__"));
    for (const name of ["TicketRowRefetch", "TicketListNextPage", "CommentsPreviousPage", "CreateTicketMutation", "HeartSubscription"]) {
      claim(written.includes(`${name}.graphql.js`), `${name} among ${written}`);
    }
    return `${written.length} artifacts: node refetch, pagination both ways, mutation, subscription`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
