/** Texts and regular expressions that end an output. */
import { StopSearch } from "../text/stopSearch.ts";
import { type Stops, StopStrings } from "../text/stopStrings.ts";
import type { RequestLimits } from "./fieldChecks.ts";
import { checkHasSearch, checkHasText, distinctTexts, type TextLimits } from "./textLists.ts";

const stringLimits: TextLimits = { count: 64, length: 4096, isAlone: true };
const regexLimits: TextLimits = { count: 64, length: 8192, isAlone: true };
const instead = ["stopTokenIds"];

/** Undefined: nothing ends it by its text. */
export function stopsOf(strings: readonly string[], regexes: readonly string[]): Stops | undefined {
  if (regexes.length > 0) return new StopSearch(strings, regexes);
  return strings.length > 0 ? new StopStrings(strings) : undefined;
}

/** The stop strings without duplicates. @throws if one is empty, too long or not well-formed, or without a tokenizer. */
export function stopStrings(stop: unknown, limits: RequestLimits): readonly string[] {
  const strings = distinctStrings(stop);
  checkHasText("stop", strings, limits, instead);
  return strings;
}

export function distinctStrings(stop: unknown): readonly string[] {
  return distinctTexts("stop", stop, stringLimits);
}

/**
 * The expressions without duplicates; what is none is found when they are compiled.
 * @throws if one is empty or too long, or without a tokenizer or a grammar provider that compiles them.
 */
export function stopRegexes(stopRegex: unknown, limits: RequestLimits): readonly string[] {
  const regexes = distinctRegexes(stopRegex);
  checkHasText("stopRegex", regexes, limits, instead);
  checkHasSearch("stopRegex", regexes, limits);
  return regexes;
}

export function distinctRegexes(stopRegex: unknown): readonly string[] {
  return distinctTexts("stopRegex", stopRegex, regexLimits);
}
