/** Lists of texts and patterns that an output is searched for. */
import { refuse, refuseBecause, show } from "@tokenmill/check";
import type { RequestLimits } from "./fieldChecks.ts";

/** How many there may be, how long each and all may be, in UTF-16 units. */
export interface TextLimits {
  readonly count: number;
  readonly length: number;
  readonly total?: number;
  /** One text alone is a list of it. */
  readonly isAlone?: true;
}

/** Without duplicates; absent: none. @throws TypeError, RangeError if one is empty, too long or not well-formed */
export function distinctTexts(name: string, given: unknown, limits: TextLimits): readonly string[] {
  const { count, length, total = Number.POSITIVE_INFINITY, isAlone } = limits;
  if (given === undefined) return [];
  const texts: unknown = isAlone && typeof given === "string" ? [given] : given;
  if (!Array.isArray(texts)) refuse(name, `${isAlone ? "string or " : ""}array of strings`, given, true);
  if (texts.length > count) refuse(name, `at most ${count} strings`, given, false);
  for (const [i, text] of texts.entries()) {
    if (typeof text !== "string") refuse(`${name}[${i}]`, "string", text, true);
    // A lone surrogate can never be in decoded text.
    if (text === "" || text.length > length || /\p{Surrogate}/u.test(text)) {
      refuse(`${name}[${i}]`, `well-formed string of 1 to ${length} UTF-16 units`, text, false);
    }
  }
  const distinct = [...new Set(texts as string[])];
  const units = distinct.reduce((sum, text) => sum + text.length, 0);
  if (units > total) refuseBecause(name, `expected at most ${total} UTF-16 units together, got ${units}`, false);
  return distinct;
}

/** @throws TypeError if there are texts and the source's tokens have none. @param instead what does without */
export function checkHasText(
  name: string,
  texts: readonly string[],
  { tokenizer, sourceName }: RequestLimits,
  instead: readonly string[] = [],
): void {
  if (texts.length === 0 || tokenizer) return;
  const other = instead.map((parameter) => `: use "${parameter}"`).join("");
  refuseBecause(name, `expected a source with a tokenizer, got ${show(sourceName)} without one${other}`, true, instead);
}

/** @throws TypeError if there are patterns and nobody compiles them */
export function checkHasSearch(name: string, patterns: readonly string[], { grammar }: RequestLimits): void {
  if (patterns.length === 0 || grammar?.compileSearch) return;
  const reason = 'expected an engine that can compile it: pass createEngine a "grammar" provider';
  refuseBecause(name, grammar ? `${reason} that has compileSearch` : reason, true);
}
