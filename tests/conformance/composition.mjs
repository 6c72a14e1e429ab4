// Our SDL composes with another subgraph under both composers: with `node` shown, and hidden beside a neighbour that
// has a hidden `node` of its own.
import { composeServices as apollo } from "@apollo/composition";
import { composeServices as theGuild } from "@theguild/federation-composition";
import { parse } from "graphql";
import { typeDefs as plain, withNode } from "./_billing.mjs";
import { claim, data, hiddenUrl, url, verdict } from "./_check.mjs";

const composers = { "@apollo/composition": apollo, "@theguild/federation-composition": theGuild };

async function sdls(to) {
  const { _service } = await data("{ _service { sdl } }", {}, to);
  const served = await (await fetch(to.replace(/graphql$/, "schema.graphql"))).text();
  return { "_service": _service.sdl, "/schema.graphql": served };
}

await verdict(async () => {
  const done = [];
  for (const [server, to] of Object.entries({ open: url, hidden: hiddenUrl })) {
    for (const [source, sdl] of Object.entries(await sdls(to))) {
      for (const [name, compose] of Object.entries(composers)) {
        const result = compose([
          { name: "deskgraph", url: to, typeDefs: parse(sdl) },
          { name: "billing", url: "http://localhost/billing", typeDefs: parse(server === "hidden" ? withNode : plain) },
        ]);
        const errors = (result.errors ?? []).map((error) => error.message);
        claim(errors.length === 0, `${name} to compose ${source} of the ${server} server:\n${errors.join("\n")}`);
        const supergraph = result.supergraphSdl;
        claim(supergraph?.includes("type Invoice") && supergraph.includes("type Ticket"), "both subgraphs in the supergraph");
        done.push(name);
      }
    }
  }
  return `${done.length} compositions by ${Object.keys(composers).join(" and ")}`;
});
