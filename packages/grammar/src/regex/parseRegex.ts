/**
 * Regular expressions as JavaScript has them with the flag `u`, parsed by regexpp. Escaped ASCII punctuation that `u`
 * refuses (`\-`, `\@`, `\"`), which other dialects allow, stands for itself.
 */
import { type AST, RegExpParser, RegExpSyntaxError } from "@eslint-community/regexpp";
import { refuseBecause } from "@tokenmill/check";

/** Longest regular expression, in UTF-16 units. */
const longestRegex = 8192;

export interface ParsedRegex {
  readonly pattern: AST.Pattern;
  /** @throws RangeError that names the part of the regular expression, and where it stands. */
  refusePart(what: string, part: { readonly start: number; readonly end: number }): never;
}

/** @throws RangeError if it is too long or no regular expression. */
export function parseRegex(regex: string): ParsedRegex {
  if (regex.length > longestRegex) {
    refuseBecause("regex", `expected at most ${longestRegex} UTF-16 units, got ${regex.length}`, false);
  }
  const { strict, placeOf } = strictSpelling(regex);
  try {
    const parser = new RegExpParser({ ecmaVersion: 2025 });
    const pattern = parser.parsePattern(strict, 0, strict.length, { unicode: true });
    return {
      pattern,
      refusePart(what, { start, end }) {
        const part = regex.slice(placeOf(start), placeOf(end));
        refuseBecause("regex", `expected nothing but ${supported}, got ${what} ${part} at ${placeOf(start)}`, false);
      },
    };
  } catch (error) {
    if (error instanceof RegExpSyntaxError) {
      const reason = error.message.slice(error.message.lastIndexOf(": ") + 2);
      refuseBecause("regex", `expected a regular expression: ${reason} at ${placeOf(error.index)}`, false);
    }
    if (error instanceof RangeError) refuseBecause("regex", "expected fewer groups inside each other", false);
    throw error;
  }
}

const supported =
  "characters, classes, groups, alternatives, quantifiers, ^, $, \\b, lookaheads, and lookbehinds of one character";

/** Punctuation that `u` wants to stand without a backslash, as `\x..`; and the way back to the places in the original. */
function strictSpelling(regex: string): { strict: string; placeOf: (index: number) => number } {
  const starts: number[] = [];
  let added = 0;
  const strict = regex.replaceAll(/\\([^])/g, (whole, character: string, at: number) => {
    if (!/[ !"#%&',:;<=>@_`~-]/.test(character)) return whole;
    starts.push(at + added);
    added += 2;
    return `\\x${character.charCodeAt(0).toString(16)}`;
  });
  return { strict, placeOf: (index) => index - 2 * starts.filter((start) => start + 4 <= index).length };
}
