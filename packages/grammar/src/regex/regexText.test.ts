import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { textMatches } from "../testing/textMatches.ts";
import { regexText } from "./regexText.ts";

const alphabet = ["a", "b", "-"];
const texts = (length: number): string[] =>
  length === 0 ? [""] : ["", ...texts(length - 1).flatMap((text) => alphabet.map((each) => text + each))];
const all = [...new Set(texts(4))];

const atoms = fc.constantFrom("a", "b", "-", ".", "[ab]", "[^a]", "\\w", "\\W", "");
const anchors = fc.constantFrom("^", "$", "\\b", "\\B");
const lookbehinds = fc.constantFrom("(?<=a)", "(?<!a)", "(?<=^|[b-])", "(?<!-|b)", "(?<!\\w|^)", "(?<=(?:a|[^b]))");
const lookaheads = fc.constantFrom("(?=a)", "(?!b)", "(?!ab?)", "(?=[ab]-|b)", "(?!.a|$)");
/** Assertions that are settled within what is repeated. */
const settled = fc.constantFrom(
  "(?!-)[ab-]{1,2}(?<!-)",
  "a(?=b).",
  "(?:a|-)\\b(?:b|-)",
  "(?:[^b](?<=a)){2}",
  "(?:-|(?!a).(?<!-)b?)",
);
const regexes = fc.letrec<{ plain: string; any: string }>((tie) => ({
  plain: fc.oneof(
    { maxDepth: 3 },
    atoms,
    fc.tuple(tie("plain"), tie("plain")).map(([x, y]) => x + y),
    fc.tuple(tie("plain"), tie("plain")).map(([x, y]) => `(?:${x}|${y})`),
    fc.tuple(tie("plain"), fc.constantFrom("*", "+", "?", "{2}", "{1,2}", "{0,2}")).map(([x, q]) => `(?:${x})${q}`),
  ),
  any: fc.oneof(
    { maxDepth: 4 },
    tie("plain"),
    anchors,
    lookbehinds,
    fc.tuple(settled, fc.constantFrom("*", "+", "{2}", "{1,2}")).map(([x, q]) => `(?:${x})${q}`),
    fc.tuple(lookaheads, fc.constantFrom("*", "+", "{2}", "{1,2}")).map(([x, q]) => `(?:${x}[^-])${q}$`),
    fc.tuple(tie("any"), tie("any")).map(([x, y]) => x + y),
    fc.tuple(tie("any"), tie("any")).map(([x, y]) => `(?:${x}|${y})`),
    tie("any").map((x) => `(?:${x})?`),
    fc.tuple(fc.constantFrom("?=", "?!"), tie("any")).map(([sign, x]) => `(${sign}${x})`),
  ),
}));

describe("a regular expression as a text regex", () => {
  it("is searched for as RegExp does, for all texts of up to 4 characters", () => {
    fc.assert(
      fc.property(regexes.any, (source) => {
        const regex = regexText(source, { search: true });
        const expected = new RegExp(source, "u");
        for (const text of all) expect([text, textMatches(regex, text)]).toEqual([text, expected.test(text)]);
      }),
      { numRuns: 300 },
    );
  });

  it("is the whole text as RegExp has it, for all texts of up to 4 characters", () => {
    fc.assert(
      fc.property(regexes.any, (source) => {
        const regex = regexText(source);
        const expected = new RegExp(`^(?:${source})$`, "u");
        for (const text of all) expect([text, textMatches(regex, text)]).toEqual([text, expected.test(text)]);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ["\\p{Lu}", {}, "AÀb1"],
    ["[\\p{Script=Greek}\\d]", {}, "αΩa1"],
    ["\\P{L}", {}, "aÀ1 "],
    ["[а-я]", { ignoreCase: true }, "аЖяяz"],
    ["k", { ignoreCase: true }, "kKKj"],
    ["[^k]", { ignoreCase: true }, "kKKj"],
    ["i", { ignoreCase: true }, "iIıİ"],
    ["ΐ", { ignoreCase: true }, "ΐΐΪ"],
    [".", { dotAll: true }, "a\n\u2028😀"],
    [".", {}, "a\n\u2028😀"],
  ])("%s with %j takes of %j what RegExp takes", (source, options, characters) => {
    const { ignoreCase, dotAll } = options as { ignoreCase?: boolean; dotAll?: boolean };
    const expected = new RegExp(`^(?:${source})$`, `u${ignoreCase ? "i" : ""}${dotAll ? "s" : ""}`);
    const regex = regexText(source, options);
    for (const text of characters) expect([text, textMatches(regex, text)]).toEqual([text, expected.test(text)]);
  });

  it.each([
    ["(a)\\1", "the backreference \\1 at 3"],
    ["(?<=ab)c", "the lookbehind (?<=ab) at 0"],
    ["(?<=a*)b", "the lookbehind (?<=a*) at 0"],
    ["(?<=\\b)b", "the lookbehind (?<=\\b) at 0"],
    ["(?:a\\b)*", "a repeated assertion (?:a\\b)* at 0"],
    ["(?:(?!ab).)*b", "a repeated assertion (?:(?!ab).)* at 0"],
    ["(?i:a)", "modifiers i at 2"],
  ])("%s is refused", (source, message) => {
    expect(() => regexText(source)).toThrow(message);
  });
});
