/** Sets of Unicode characters as ranges of code points. Surrogates, which UTF-8 has no bytes for, are in none. */
import type { AST } from "@eslint-community/regexpp";
import { ignoringCase } from "./caseFolding.ts";
import type { ParsedRegex } from "./parseRegex.ts";
import { withProperty } from "./unicodeProperty.ts";

/** First and last code point. */
export type CodeRange = readonly [first: number, last: number];

const last = 0x10ffff;
/** ECMA-262, `CharacterClassEscape`: WhiteSpace and LineTerminator, digits, and the word characters without flag `i`. */
const escapes: Readonly<Record<AST.EscapeCharacterSet["kind"], readonly CodeRange[]>> = {
  digit: [[0x30, 0x39]],
  word: [
    [0x30, 0x39],
    [0x41, 0x5a],
    [0x5f, 0x5f],
    [0x61, 0x7a],
  ],
  space: [
    [0x09, 0x0d],
    [0x20, 0x20],
    [0xa0, 0xa0],
    [0x1680, 0x1680],
    [0x2000, 0x200a],
    [0x2028, 0x2029],
    [0x202f, 0x202f],
    [0x205f, 0x205f],
    [0x3000, 0x3000],
    [0xfeff, 0xfeff],
  ],
};
export const wordCharacters: readonly CodeRange[] = escapes.word;
const lineEnds: readonly CodeRange[] = [
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
];
const surrogates: CodeRange = [0xd800, 0xdfff];

/**
 * The characters that the element stands for, ranges in order and apart.
 * @param ignoresCase whether characters stand for what differs from them by case
 */
export function characterSet(
  element: AST.Character | AST.CharacterClass | AST.CharacterSet,
  regex: ParsedRegex,
  ignoresCase = false,
): CodeRange[] {
  const fold = ignoresCase ? ignoringCase : (ranges: readonly CodeRange[]): readonly CodeRange[] => ranges;
  const without = complementOf(rangesOf(element, regex, fold));
  return complementOf([...without, surrogates]);
}

function rangesOf(
  element: AST.CharacterClassElement | AST.CharacterClass | AST.CharacterSet,
  regex: ParsedRegex,
  fold: (ranges: readonly CodeRange[]) => readonly CodeRange[],
): readonly CodeRange[] {
  switch (element.type) {
    case "Character":
      return fold([[element.value, element.value]]);
    case "CharacterClassRange":
      return fold([[element.min.value, element.max.value]]);
    case "CharacterClass": {
      const ranges = element.elements.flatMap((each) => rangesOf(each, regex, fold));
      return element.negate ? complementOf(ranges) : ranges;
    }
    case "CharacterSet": {
      if (element.kind === "any") return complementOf(lineEnds);
      if (element.kind === "property") {
        if (element.strings) return regex.refusePart("the property", element);
        return fold(withProperty(element.raw));
      }
      const ranges = escapes[element.kind];
      return element.negate ? complementOf(ranges) : ranges;
    }
    // only with the flag `v`
    case "ClassStringDisjunction":
    case "ExpressionCharacterClass":
      return regex.refusePart("the class", element);
    default:
      return element satisfies never;
  }
}

/** What is in none of the ranges, in order and apart. */
export function complementOf(ranges: readonly CodeRange[]): CodeRange[] {
  const gaps: CodeRange[] = [];
  let from = 0;
  for (const [first, end] of ranges.toSorted((a, b) => a[0] - b[0])) {
    if (first > from) gaps.push([from, first - 1]);
    from = Math.max(from, end + 1);
  }
  if (from <= last) gaps.push([from, last]);
  return gaps;
}
