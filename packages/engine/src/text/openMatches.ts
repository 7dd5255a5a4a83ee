/** Matches of one automaton that have begun: of those in the same state the earliest, which will be the longest. */
import type { Beside } from "@tokenmill/core";
import type { PreparedAutomaton } from "./preparedAutomaton.ts";

export class OpenMatches {
  readonly #prepared: PreparedAutomaton;
  /** In rising order, and the state of each. */
  readonly #starts: number[];
  readonly #states: number[];
  /** Of the match that was found last. */
  foundStart = 0;
  foundPattern = -1;

  constructor(prepared: PreparedAutomaton, starts: readonly number[] = [], states: readonly number[] = []) {
    this.#prepared = prepared;
    this.#starts = [...starts];
    this.#states = [...states];
  }

  get count(): number {
    return this.#starts.length;
  }

  /** Where the earliest begins. Undefined: none is open. */
  get start(): number | undefined {
    return this.#starts[0];
  }

  get looksAhead(): boolean {
    return this.#prepared.looksAhead;
  }

  fork(): OpenMatches {
    return new OpenMatches(this.#prepared, this.#starts, this.#states);
  }

  /** Takes the byte at `at`. Whether a match ends with it: the longest is the one that was found, all of them are closed. */
  read(byte: number, before: Beside, at: number): boolean {
    const { automaton, classCount, firsts } = this.#prepared;
    const [starts, states] = [this.#starts, this.#states];
    const begun = firsts[(before << 8) | byte]!;
    if (begun < 0 && starts.length === 0) return false;
    this.#prepared.step++;
    this.foundPattern = -1;
    const { transitions } = automaton;
    const byteClass = automaton.classes[byte]!;
    let count = 0;
    for (let i = 0; i < starts.length; i++) {
      if (this.#follow(count, starts[i]!, transitions[states[i]! * classCount + byteClass]!)) count++;
    }
    if (this.#follow(count, at, begun)) count++;
    starts.length = states.length = count;
    return this.foundPattern >= 0;
  }

  /** Puts a match in the state at `place` unless it is closed, or an earlier one is in that state. */
  #follow(place: number, start: number, state: number): boolean {
    const { automaton, seen, step } = this.#prepared;
    if (state < 0 || seen[state] === step) return false;
    seen[state] = step;
    const pattern = automaton.accepts[state]!;
    if (pattern >= 0) {
      this.#found(start, pattern);
      return false;
    }
    this.#starts[place] = start;
    this.#states[place] = state;
    return true;
  }

  /** Whether a match ends before what stands behind it: the longest is the one that was found, all of them are closed. */
  endBefore(beside: Beside): boolean {
    const { acceptsBefore } = this.#prepared.automaton;
    const [starts, states] = [this.#starts, this.#states];
    this.foundPattern = -1;
    let count = 0;
    for (let i = 0; i < starts.length; i++) {
      const state = states[i]!;
      const pattern = acceptsBefore[state * 3 + beside]!;
      if (pattern >= 0) this.#found(starts[i]!, pattern);
      else {
        starts[count] = starts[i]!;
        states[count++] = state;
      }
    }
    starts.length = states.length = count;
    return this.foundPattern >= 0;
  }

  #found(start: number, pattern: number): void {
    if (this.foundPattern >= 0) return;
    this.foundStart = start;
    this.foundPattern = pattern;
  }
}
