// Apollo Client pages `tickets` to its end with fetchMore and relayStylePagination, and receives a subscription over
// graphql-transport-ws; the persisted-query link works too.
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { relayStylePagination } from "@apollo/client/utilities";
import { createHash } from "node:crypto";
import { createClient } from "graphql-ws";
import { filter, firstValueFrom, from, take, toArray } from "rxjs";
import WebSocket from "ws";
import { allTicketIds, same, sameWalk, socketUrl, url, verdict } from "./_check.mjs";
import { BEATS, HEARTBEAT, sound } from "./_heartbeat.mjs";

const TICKETS = gql`
  query Tickets($after: Cursor) {
    tickets(first: 40, after: $after) {
      edges { cursor node { id subject updatedAt requester { id name } } }
      pageInfo { hasNextPage endCursor }
    }
  }`;

const cache = () => new InMemoryCache({ typePolicies: { Query: { fields: { tickets: relayStylePagination() } } } });
const sha256 = (text) => createHash("sha256").update(text).digest("hex");

async function walk() {
  const link = ApolloLink.from([new PersistedQueryLink({ sha256 }), new HttpLink({ uri: url })]);
  const client = new ApolloClient({ cache: cache(), link });
  const watched = client.watchQuery({ query: TICKETS });
  let { data: latest } = await firstValueFrom(from(watched).pipe(filter((result) => result.dataState === "complete")));
  let pages = 1;
  while (latest.tickets.pageInfo.hasNextPage) {
    await watched.fetchMore({ variables: { after: latest.tickets.pageInfo.endCursor } });
    latest = client.readQuery({ query: TICKETS });
    pages += 1;
  }
  return { ids: latest.tickets.edges.map((edge) => edge.node.id), pages };
}

async function heartbeats() {
  const socket = createClient({ url: socketUrl, webSocketImpl: WebSocket, lazy: true });
  const client = new ApolloClient({ cache: cache(), link: new GraphQLWsLink(socket) });
  const beats = await firstValueFrom(from(client.subscribe({ query: gql(HEARTBEAT) })).pipe(take(BEATS), toArray()));
  await socket.dispose();
  return beats.map((beat) => beat.data?.heartbeat);
}

await verdict(async () => {
  const wanted = await allTicketIds();
  const { ids, pages } = await walk();
  sameWalk(ids, wanted);
  same(pages, Math.ceil(wanted.length / 40), "pages");
  sound(await heartbeats());
  return `${ids.length} tickets in ${pages} pages by persisted queries, ${BEATS} heartbeats`;
});
