/**
 * Text that arrives in pieces, searched for patterns. The match that is known first wins: it is at its last byte, or at the
 * character behind it if the pattern asks what that is. Of those that end together it is the longest, then that of the first
 * automaton. That rule alone makes the result independent of where the pieces are cut.
 */
import { type Beside, besides, type TextAutomaton } from "@tokenmill/core";
import { OpenMatches } from "./openMatches.ts";
import { besideOf, prepare } from "./preparedAutomaton.ts";

export interface SearchMatch {
  /** Whose pattern it is. */
  readonly automaton: number;
  readonly pattern: number;
  /** First byte, and the one behind the last, counted from where the search began. */
  readonly start: number;
  readonly end: number;
}

export interface SearchOptions {
  /** What stands before the first byte. Absent: the text begins there. */
  readonly before?: Beside;
  /** Bytes of the longest match: beginnings further back are given up. Absent: no limit. */
  readonly longest?: number;
}

export class TextSearch {
  /** By automaton. */
  #open: readonly OpenMatches[];
  #looksAhead: boolean;
  /** What stands before the next byte. */
  #before: Beside;
  readonly #longest: number;
  #length = 0;

  constructor(automata: readonly TextAutomaton[], options: SearchOptions = {}) {
    const { before = besides.nothing, longest = Number.POSITIVE_INFINITY } = options;
    this.#open = automata.map((automaton) => new OpenMatches(prepare(automaton)));
    this.#looksAhead = this.#open.some(({ looksAhead }) => looksAhead);
    this.#before = before;
    this.#longest = longest;
  }

  /** Bytes read. */
  get length(): number {
    return this.#length;
  }

  /** Where the earliest match begins that can still be completed; `length` if there is none. */
  get openStart(): number {
    let earliest = this.#length;
    for (const { start } of this.#open) if (start !== undefined && start < earliest) earliest = start;
    return earliest;
  }

  /**
   * Reads up to the first match: then `length` is its end, beginnings of matches that end there are dropped, and the search
   * can go on with the bytes from there. Undefined: all was read.
   */
  push(bytes: Uint8Array): SearchMatch | undefined {
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i]!;
      const match = (this.#looksAhead ? this.#endBefore(besideOf[byte]!) : undefined) ?? this.#read(byte);
      if (match) return match;
    }
    return undefined;
  }

  /** The text ends here: what `$` and a trailing `\b` may still match. */
  end(): SearchMatch | undefined {
    return this.#looksAhead ? this.#endBefore(besides.nothing) : undefined;
  }

  /** Drops what is open: no match begins before what comes next. */
  restart(): void {
    for (const open of this.#open) open.clear();
  }

  /** A search of its own that goes on from here. */
  fork(): TextSearch {
    const fork = new TextSearch([], { before: this.#before, longest: this.#longest });
    fork.#open = this.#open.map((open) => open.fork());
    fork.#looksAhead = this.#looksAhead;
    fork.#length = this.#length;
    return fork;
  }

  #read(byte: number): SearchMatch | undefined {
    const start = this.#length++;
    let match: SearchMatch | undefined;
    for (let i = 0; i < this.#open.length; i++) {
      const open = this.#open[i]!;
      if (open.read(byte, this.#before, start, start + 1 - this.#longest)) match = this.#longer(match, i, open);
    }
    this.#before = besideOf[byte]!;
    return match;
  }

  #endBefore(beside: Beside): SearchMatch | undefined {
    let match: SearchMatch | undefined;
    for (let i = 0; i < this.#open.length; i++) {
      const open = this.#open[i]!;
      if (open.looksAhead && open.count > 0 && open.endBefore(beside)) match = this.#longer(match, i, open);
    }
    return match;
  }

  #longer(match: SearchMatch | undefined, automaton: number, open: OpenMatches): SearchMatch {
    if (match && match.start <= open.foundStart) return match;
    return { automaton, pattern: open.foundPattern, start: open.foundStart, end: this.#length };
  }
}
