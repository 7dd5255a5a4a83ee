/** States of a search as the tables that searches read, without those from which no match can be completed. */
import type { TextAutomaton } from "@tokenmill/contracts";
import type { Partitions } from "../regex/byteSets.ts";

export interface SearchState {
  /** The pattern that is complete whatever stands behind: nothing leads further then. −1: none. */
  readonly pattern: number;
  /** By what stands behind: the pattern that is complete before it, −1: none. */
  readonly before: readonly number[];
  /** A partition of the bytes. */
  readonly classes: number;
  /** By class of that partition: the state after it. */
  targets: Int32Array;
}

interface Packing {
  /** By what stands before. */
  readonly starts: readonly number[];
  /** The partition that is as fine as those of all states. */
  readonly classes: number;
  readonly partitions: Partitions;
}

export function packAutomaton(states: readonly SearchState[], { starts, classes, partitions }: Packing): TextAutomaton {
  const { classOf, firstOf } = partitions.get(classes);
  const isAlive = aliveOf(states);
  const kept = states.flatMap((_, state) => (isAlive[state] || starts.includes(state) ? [state] : []));
  const numbers = new Int32Array(states.length).fill(-1);
  for (const [number, state] of kept.entries()) if (isAlive[state]) numbers[state] = number;
  const transitions = new Int32Array(kept.length * firstOf.length).fill(-1);
  for (const [number, state] of kept.entries()) {
    const { targets, classes: own } = states[state]!;
    if (targets.length === 0) continue;
    const ownClasses = partitions.get(own).classOf;
    for (let i = 0; i < firstOf.length; i++) {
      transitions[number * firstOf.length + i] = numbers[targets[ownClasses[firstOf[i]!]!]!]!;
    }
  }
  const before = kept.flatMap((state) => states[state]!.before);
  return {
    classes: classOf.slice(),
    transitions,
    accepts: Int32Array.from(kept, (state) => states[state]!.pattern),
    acceptsBefore: Int32Array.from(before.some((pattern) => pattern >= 0) ? before : []),
    starts: Int32Array.from(starts, (state) => kept.indexOf(state)),
  };
}

/** By state: 1 if a match can be completed from it. */
function aliveOf(states: readonly SearchState[]): Uint8Array {
  const isAlive = new Uint8Array(states.length);
  const sources: number[][] = states.map(() => []);
  for (const [state, { targets }] of states.entries()) for (const target of targets) sources[target]!.push(state);
  const pending: number[] = [];
  const reach = (state: number): void => {
    if (isAlive[state] === 1) return;
    isAlive[state] = 1;
    pending.push(state);
  };
  for (const [state, { pattern, before }] of states.entries()) {
    if (pattern >= 0 || before.some((each) => each >= 0)) reach(state);
  }
  for (let state = pending.pop(); state !== undefined; state = pending.pop()) sources[state]!.forEach(reach);
  return isAlive;
}
