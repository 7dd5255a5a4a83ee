/**
 * A regular expression as a deterministic automaton over bytes: one state at a time, one look-up a byte. It is made as a
 * whole when the expression is compiled, within limits that depend on the expression alone.
 */
import { refuseBecause } from "@tokenmill/check";
import { type Edge, type Nfa, nfaOf } from "./nfa.ts";
import { parseRegex } from "./parseRegex.ts";

const mostStates = 2 ** 13;
/** Edges and states looked at, in all. */
const mostSteps = 2 ** 18;

/** Where a byte leads that nothing matches after. */
export const dead = -1;

/** State 0 is the start. */
export interface Automaton {
  /** By byte: its class. Bytes of a class lead to the same states. u8[256] */
  readonly classOf: Uint8Array;
  readonly classCount: number;
  /** By state · classCount + class: the next state, or `dead`. i16[stateCount · classCount] */
  readonly next: Int16Array;
  /** By state: 1 where the text may end. u8[stateCount] */
  readonly isFinal: Uint8Array;
}

/** @throws RangeError for what is no regular expression, cannot be followed, matches nothing or is too large. */
export function compileRegex(regex: string): Automaton {
  const automaton = determinise(nfaOf(parseRegex(regex)));
  const { classCount, next, isFinal } = automaton;
  const isLive = liveStates(automaton);
  if (!isLive[0]) refuseBecause("regex", "expected a regular expression that a text can match", false);
  for (let i = 0; i < isFinal.length * classCount; i++) if (next[i] !== dead && !isLive[next[i]!]) next[i] = dead;
  return automaton;
}

function byteClasses(edges: readonly (readonly Edge[])[]): { classOf: Uint8Array; classCount: number } {
  const isBoundary = new Uint8Array(257);
  for (const each of edges) for (const { first, last } of each) isBoundary[first] = isBoundary[last + 1] = 1;
  const classOf = new Uint8Array(256);
  for (let byte = 1; byte < 256; byte++) classOf[byte] = classOf[byte - 1]! + isBoundary[byte]!;
  return { classOf, classCount: classOf[255]! + 1 };
}

/** Sets of states of the other automaton as states (Rabin and Scott, 1959). */
function determinise({ edges, jumps, end }: Nfa): Automaton {
  const { classOf, classCount } = byteClasses(edges);
  const sets: (readonly number[])[] = [];
  const rows: Int16Array[] = [];
  const isFinal: number[] = [];
  const numbers = new Map<string, number>();
  /** By state: the last set that it was put into. */
  const stamps = new Int32Array(edges.length);
  let stamp = 0;
  let steps = 0;
  const step = (count: number): void => {
    if ((steps += count) > mostSteps) tooLarge();
  };

  /** The number of the set that the targets reach by jumps. */
  const numberOf = (targets: readonly number[]): number => {
    stamp++;
    const set: number[] = [];
    const add = (state: number): void => {
      if (stamps[state] === stamp) return;
      stamps[state] = stamp;
      set.push(state);
    };
    for (const target of targets) add(target);
    for (const state of set) for (const target of jumps[state]!) add(target);
    step(set.length);
    // states without edges count for the end only
    const kept = set.filter((state) => edges[state]!.length > 0 || state === end).sort((a, b) => a - b);
    const key = kept.join();
    let number = numbers.get(key);
    if (number === undefined) {
      number = sets.push(kept) - 1;
      if (number >= mostStates) tooLarge();
      numbers.set(key, number);
      isFinal.push(stamps[end] === stamp ? 1 : 0);
    }
    return number;
  };

  numberOf([0]);
  for (let number = 0; number < sets.length; number++) {
    const targets = Array.from({ length: classCount }, (): number[] => []);
    for (const state of sets[number]!) {
      for (const { first, last, target } of edges[state]!) {
        step(1 + classOf[last]! - classOf[first]!);
        for (let each = classOf[first]!; each <= classOf[last]!; each++) targets[each]!.push(target);
      }
    }
    const row = new Int16Array(classCount).fill(dead);
    const known = new Map<string, number>();
    targets.forEach((list, each) => {
      if (list.length === 0) return;
      const key = list.join();
      const found = known.get(key) ?? numberOf(list);
      known.set(key, found);
      row[each] = found;
    });
    rows.push(row);
  }
  const next = new Int16Array(rows.length * classCount);
  rows.forEach((row, state) => next.set(row, state * classCount));
  return { classOf, classCount, next, isFinal: Uint8Array.from(isFinal) };
}

function tooLarge(): never {
  const most = `${mostStates} states and ${mostSteps} steps`;
  const remedy = "repeat less, or fewer things that begin alike";
  refuseBecause("regex", `expected one that an automaton of ${most} can follow: ${remedy}`, false);
}

/** By state: whether an end can be reached from it. */
function liveStates({ classCount, next, isFinal }: Automaton): Uint8Array {
  const isLive = Uint8Array.from(isFinal);
  const sources: number[][] = Array.from(isFinal, () => []);
  next.forEach((state, i) => {
    if (state === dead) return;
    const source = Math.floor(i / classCount);
    if (sources[state]!.at(-1) !== source) sources[state]!.push(source);
  });
  const queue: number[] = [];
  isFinal.forEach((isEnd, state) => {
    if (isEnd) queue.push(state);
  });
  for (const state of queue) {
    for (const source of sources[state]!) {
      if (isLive[source]) continue;
      isLive[source] = 1;
      queue.push(source);
    }
  }
  return isLive;
}
