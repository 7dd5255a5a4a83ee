/**
 * Stop strings and regular expressions over text that arrives in pieces, as one search of its UTF-8. What is complete first
 * wins, of what ends together the longest.
 */
import { type Beside, besides, type SearchPattern, type TextAutomaton } from "@tokenmill/core";
import { besideOf } from "./preparedAutomaton.ts";
import type { StopScan, Stops } from "./stopStrings.ts";
import { TextSearch } from "./textSearch.ts";
import { indexAtByte, utf8Bytes } from "./utf8Bytes.ts";

/** Bytes of the longest match, which is the most text that is held back. */
export const longestMatch: number = 2 ** 16;

export class StopSearch implements Stops {
  readonly strings: readonly string[];
  readonly regexes: readonly string[];
  /** Of what `patterns` says; needed before text comes. */
  automaton: TextAutomaton | undefined;
  #search: TextSearch | undefined;
  #before: Beside = besides.nothing;
  /** Bytes before the text that is held back. */
  #certain = 0;

  /** @param strings well-formed, none empty */
  constructor(strings: readonly string[], regexes: readonly string[]) {
    this.strings = [...strings];
    this.regexes = [...regexes];
  }

  /** In the order of the automaton's patterns. */
  get patterns(): SearchPattern[] {
    return [...this.regexes, ...this.strings.map(literal)].map((pattern) => ({ pattern }));
  }

  pass(text: string): void {
    const last = text.charCodeAt(text.length - 1);
    // NaN where there is no text, and what is no single byte is no word character
    if (text !== "") this.#before = last < 0x80 ? besideOf[last]! : besides.other;
  }

  push(held: string, text: string, isLast: boolean): Readonly<StopScan> {
    this.#search ??= new TextSearch([this.automaton!], { before: this.#before, longest: longestMatch });
    const search = this.#search;
    const all = held === "" ? text : held + text;
    const match = search.push(utf8Bytes(text)) ?? (isLast ? search.end() : undefined);
    const start = indexAtByte(all, (match?.start ?? search.openStart) - this.#certain);
    if (!match) {
      this.#certain = search.openStart;
      return { text: all.slice(0, start), held: all.slice(start), match: undefined };
    }
    const regex = this.regexes[match.pattern];
    const matchText = all.slice(start, indexAtByte(all, match.end - this.#certain));
    return {
      text: all.slice(0, start),
      held: "",
      match: regex ?? matchText,
      ...(regex !== undefined && { matchText }),
    };
  }
}

/** An expression of just that text. */
function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
