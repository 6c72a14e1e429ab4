// urql, with the Accept header it sends by itself, pages `tickets` to its end and receives a subscription over
// graphql-transport-ws.
import { cacheExchange, Client, fetchExchange, gql, subscriptionExchange } from "@urql/core";
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { allTicketIds, claim, sameWalk, socketUrl, url, verdict } from "./_check.mjs";
import { BEATS, HEARTBEAT, sound } from "./_heartbeat.mjs";

const TICKETS = gql`
  query Tickets($after: Cursor) {
    tickets(first: 40, after: $after) { nodes { id subject } pageInfo { hasNextPage endCursor } }
  }`;

const socket = createClient({ url: socketUrl, webSocketImpl: WebSocket });
const forwardSubscription = ({ query, variables }) => ({
  subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query, variables }, sink) }),
});
const client = new Client({ url, preferGetMethod: false, exchanges: [cacheExchange, fetchExchange, subscriptionExchange({ forwardSubscription })] });

async function walk() {
  const ids = [];
  for (let after = null, more = true; more; ) {
    const { data, error } = await client.query(TICKETS, { after }).toPromise();
    if (error) throw error;
    ids.push(...data.tickets.nodes.map((node) => node.id));
    ({ endCursor: after, hasNextPage: more } = data.tickets.pageInfo);
  }
  return ids;
}

function heartbeats() {
  return new Promise((arrived, failed) => {
    const beats = [];
    const { unsubscribe } = client.subscription(HEARTBEAT, {}).subscribe(({ data, error }) => {
      if (error) return failed(error);
      beats.push(data.heartbeat);
      if (beats.length === BEATS) {
        unsubscribe();
        arrived(beats);
      }
    });
  });
}

await verdict(async () => {
  const wanted = await allTicketIds();
  const ids = await walk();
  sameWalk(ids, wanted);
  sound(await heartbeats());
  await socket.dispose();
  const got = await new Client({ url, preferGetMethod: "force", exchanges: [fetchExchange] }).query("{ helpdesks { key } }", {}).toPromise();
  claim(got.data?.helpdesks.length === 2, `an answer by GET, not ${got.error}`);
  return `${ids.length} tickets, ${BEATS} heartbeats, a GET`;
});
