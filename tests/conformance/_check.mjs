// What every check needs: the server's address, a question over plain HTTP, a claim, and the verdict.
export const url = process.argv[2];
export const hiddenUrl = process.env.HIDDEN_URL;
export const socketUrl = url?.replace(/^http/, "ws");
export const SKIPPED = 77;

export async function ask(query, variables, to = url) {
  const response = await fetch(to, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
}

/** The data of an answer without any error. */
export async function data(query, variables, to = url) {
  const answer = await ask(query, variables, to);
  claim(!answer.errors, `an answer without errors, not ${JSON.stringify(answer.errors)}`);
  return answer.data;
}

export function claim(holds, what) {
  if (!holds) throw new Error(`expected ${what}`);
}

export function same(found, wanted, what) {
  claim(JSON.stringify(found) === JSON.stringify(wanted), `${what}: ${JSON.stringify(wanted)}, not ${JSON.stringify(found)}`);
}

/** How many tickets there are, counted without the client under test: page after page by plain HTTP. */
export async function allTicketIds() {
  const found = [];
  let after = null;
  do {
    const { tickets } = await data("query($after: Cursor) { tickets(first: 100, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }", { after });
    found.push(...tickets.nodes.map((node) => node.id));
    after = tickets.pageInfo.hasNextPage ? tickets.pageInfo.endCursor : null;
  } while (after);
  claim(found.length > 100, `more than one page of tickets, not ${found.length}`);
  return found;
}

/** The same rows, each once, in the same order. */
export function sameWalk(found, wanted) {
  same(new Set(found).size, found.length, "no ticket twice; distinct tickets");
  same(found.length, wanted.length, "tickets");
  same(found, wanted, "the order");
}

/** Runs the check; its last line is the summary. */
export async function verdict(check) {
  let code = 0;
  try {
    console.log((await check()) ?? "passed");
  } catch (error) {
    console.log(error?.stack ?? String(error));
    console.log(`failed: ${String(error?.message ?? error).split("\n")[0]}`);
    code = 1;
  }
  process.exit(code);
}
