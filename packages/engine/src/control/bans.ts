/** Which texts an output is not to hold, and what looks for them. */
import type { SearchPattern, TextAutomaton } from "@tokenmill/core";
import { literalAutomaton } from "../text/literals.ts";
import { type SearchMatch, TextSearch } from "../text/textSearch.ts";

/** Checked; as resume records have it. */
export interface BanRule {
  readonly bannedStrings: readonly string[];
  readonly bannedRegex: readonly string[];
  readonly bannedRegexIgnoreCase: readonly string[];
  /** 1 … 2^24, or −1: all tokens of the match. */
  readonly bannedN: number;
  /** 1 … 255. */
  readonly rewindCountMax: number;
}

/** Patterns of a request that are compiled before its sequence begins, and the parameter that has them. */
export interface PatternList {
  readonly param: string;
  readonly patterns: readonly SearchPattern[];
}

/** The rule's patterns, an automaton each. */
export function patternLists({
  bannedRegex,
  bannedRegexIgnoreCase,
}: Pick<BanRule, "bannedRegex" | "bannedRegexIgnoreCase">): readonly PatternList[] {
  const lists: readonly PatternList[] = [
    { param: "bannedRegex", patterns: bannedRegex.map((pattern) => ({ pattern })) },
    {
      param: "bannedRegexIgnoreCase",
      patterns: bannedRegexIgnoreCase.map((pattern) => ({ pattern, ignoreCase: true })),
    },
  ];
  return lists.filter(({ patterns }) => patterns.length > 0);
}

/** What looks for the rule's texts. */
export class Bans {
  readonly rule: BanRule;
  readonly #automata: readonly TextAutomaton[];
  /** By automaton. */
  readonly #texts: readonly (readonly string[])[];

  /** @param compiled of `patternLists` */
  constructor(rule: BanRule, compiled: readonly TextAutomaton[]) {
    const { bannedStrings } = rule;
    const strings = bannedStrings.length > 0 ? [bannedStrings] : [];
    this.rule = rule;
    this.#automata = [...strings.map((texts) => literalAutomaton(texts, true)), ...compiled];
    this.#texts = [...strings, ...patternLists(rule).map(({ patterns }) => patterns.map(({ pattern }) => pattern))];
  }

  /** A search behind the pieces of text that there are, none of which is looked at again. */
  searchBehind(pieces: Iterable<Uint8Array>): TextSearch {
    const search = new TextSearch(this.#automata);
    for (const bytes of pieces) readOn(search, bytes);
    search.restart();
    return search;
  }

  /** What has matched, as the request has it. */
  textOf({ automaton, pattern }: SearchMatch): string {
    return this.#texts[automaton]![pattern]!;
  }
}

/** Reads all, whatever matches. */
export function readOn(search: TextSearch, bytes: Uint8Array): void {
  const end = search.length + bytes.length;
  while (search.length < end && search.push(bytes.subarray(bytes.length - (end - search.length))) !== undefined);
}
