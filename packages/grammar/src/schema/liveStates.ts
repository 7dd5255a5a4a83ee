/** From which states of a body that does not count an end is reached: backwards from the accepting states. */
import type { RuleEdge } from "../rules/grammarRules.ts";
import type { RuleBody } from "./ruleBody.ts";

/** By state: 1 where one is reached. u8[states] @param canRead whether some text is read by the edge's symbol */
export function liveStates({ states }: RuleBody, canRead: (edge: RuleEdge) => boolean): Uint8Array {
  const live = new Uint8Array(states.length);
  const sources: number[] = [];
  /** By place of `sources`: the place before it of the same target, −1 where there is none. */
  const others: number[] = [];
  /** By target: its last place. */
  const last = new Int32Array(states.length).fill(-1);
  const add = (from: number, target: number): void => {
    others.push(last[target]!);
    last[target] = sources.push(from) - 1;
  };
  const pending: number[] = [];
  for (let from = 0; from < states.length; from++) {
    const { edges, also, isAccepting } = states[from]!;
    for (const edge of edges) if (canRead(edge)) add(from, edge.target);
    if (also !== undefined) add(from, also);
    if (isAccepting) pending.push(from);
    if (isAccepting) live[from] = 1;
  }
  for (let state = pending.pop(); state !== undefined; state = pending.pop()) {
    for (let place = last[state]!; place >= 0; place = others[place]!) {
      const from = sources[place]!;
      if (live[from] === 1) continue;
      live[from] = 1;
      pending.push(from);
    }
  }
  return live;
}
