/** Matches of one automaton that have begun: of those in the same state the earliest, which will be the longest. */
import type { Beside } from "@tokenmill/core";
import type { PreparedAutomaton } from "./preparedAutomaton.ts";

export class OpenMatches {
  readonly #prepared: PreparedAutomaton;
  /** In rising order, and the state of each; what is behind the count is left over. */
  readonly #starts: number[];
  readonly #states: number[];
  #count: number;
  /** Of the match that was found last. */
  foundStart = 0;
  foundPattern = -1;

  constructor(prepared: PreparedAutomaton, starts: readonly number[] = [], states: readonly number[] = []) {
    this.#prepared = prepared;
    this.#starts = [...starts];
    this.#states = [...states];
    this.#count = starts.length;
  }

  get count(): number {
    return this.#count;
  }

  /** Where the earliest begins. Undefined: none is open. */
  get start(): number | undefined {
    return this.#count === 0 ? undefined : this.#starts[0];
  }

  get looksAhead(): boolean {
    return this.#prepared.looksAhead;
  }

  fork(): OpenMatches {
    const count = this.#count;
    return new OpenMatches(this.#prepared, this.#starts.slice(0, count), this.#states.slice(0, count));
  }

  /** Drops all. */
  clear(): void {
    this.#count = 0;
  }

  /**
   * Takes the byte at `at`, and gives up what began before `earliest`. Whether a match ends with the byte: the longest is the
   * one that was found, all of them are closed.
   */
  read(byte: number, before: Beside, at: number, earliest: number): boolean {
    const begun = this.#prepared.firsts[(before << 8) | byte]!;
    if (begun < 0 && this.#count === 0) return false;
    this.#prepared.step++;
    this.foundPattern = -1;
    const { automaton, classCount } = this.#prepared;
    const { transitions } = automaton;
    const byteClass = automaton.classes[byte]!;
    const open = this.#count;
    this.#count = 0;
    for (let i = 0; i < open; i++) {
      const start = this.#starts[i]!;
      if (start >= earliest) this.#follow(start, transitions[this.#states[i]! * classCount + byteClass]!);
    }
    this.#follow(at, begun);
    return this.foundPattern >= 0;
  }

  /** Keeps a match in this state unless it is closed, or an earlier one is in that state. */
  #follow(start: number, state: number): void {
    const { automaton, seen, step } = this.#prepared;
    if (state < 0 || seen[state] === step) return;
    seen[state] = step;
    const pattern = automaton.accepts[state]!;
    if (pattern >= 0) this.#found(start, pattern);
    else this.#keep(start, state);
  }

  #keep(start: number, state: number): void {
    this.#starts[this.#count] = start;
    this.#states[this.#count++] = state;
  }

  /** Whether a match ends before what stands behind it: the longest is the one that was found, all of them are closed. */
  endBefore(beside: Beside): boolean {
    const { acceptsBefore } = this.#prepared.automaton;
    this.foundPattern = -1;
    const open = this.#count;
    this.#count = 0;
    for (let i = 0; i < open; i++) {
      const [start, state] = [this.#starts[i]!, this.#states[i]!];
      const pattern = acceptsBefore[state * 3 + beside]!;
      if (pattern >= 0) this.#found(start, pattern);
      else this.#keep(start, state);
    }
    return this.foundPattern >= 0;
  }

  #found(start: number, pattern: number): void {
    if (this.foundPattern >= 0) return;
    this.foundStart = start;
    this.foundPattern = pattern;
  }
}
