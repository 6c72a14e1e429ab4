// The subscription that clients are asked to receive, and what must arrive.
import { claim, same } from "./_check.mjs";

export const HEARTBEAT = "subscription Heartbeat { heartbeat(everySeconds: 1) { helpdesk { key } health { state } } }";
export const BEATS = 3;

export function sound(beats) {
  same(beats.length, BEATS, "beats");
  for (const beat of beats) same(beat?.health?.state, "UP", "the state of a helpdesk");
  const keys = new Set(beats.map((beat) => beat.helpdesk.key));
  claim(keys.has("freshdesk") && keys.has("zendesk"), `a beat of each helpdesk, not only of ${[...keys]}`);
}
