/** Automata hold to what JavaScript's own `RegExp` says. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Automaton, compileRegex, dead } from "./automaton.ts";

function matches({ classOf, classCount, next, isFinal }: Automaton, text: string): boolean {
  let state = 0;
  for (const byte of new TextEncoder().encode(text)) {
    state = next[state * classCount + classOf[byte]!]!;
    if (state === dead) return false;
  }
  return isFinal[state] === 1;
}

/** Undefined for what no text can match. */
function compileUnlessEmpty(source: string): Automaton | undefined {
  try {
    return compileRegex(source);
  } catch (error) {
    if (error instanceof RangeError && error.message.includes("that a text can match")) return undefined;
    throw error;
  }
}

const characters = [
  "a",
  "b",
  "0",
  "_",
  " ",
  "-",
  "\n",
  "é",
  "€",
  "中",
  "😀",
  "\u2028",
  "\uffff",
  "\u{10ffff}",
  "\0",
  "\\",
];
const atoms = [
  ...["a", "b", "é", "😀", "中", ".", "\\d", "\\D", "\\w", "\\W", "\\s", "\\S", "\\-", "\\.", "\\x61", "\\u{1f600}"],
  ...[
    "[ab]",
    "[^a]",
    "[a-z0-9_]",
    "[^\\w\\n]",
    "[\\s\\S]",
    "[€-😀]",
    "[^é-\\u{ffff}]",
    "[]",
    "[^]",
    "(?:)",
    "[\\-a]",
    "\\0",
  ],
];
/** Regular expressions as text, of what is supported. */
const { regex } = fc.letrec<{ regex: string; sequence: string; part: string }>((tie) => ({
  part: fc.oneof(
    { maxDepth: 1 },
    { weight: 6, arbitrary: fc.constantFrom(...atoms) },
    fc
      .tuple(
        fc.constantFrom("(", "(?:"),
        tie("regex"),
        fc.constantFrom(")", ")?", ")*", ")+", "){2}", "){0,2}", "){1,}?"),
      )
      .map((parts) => parts.join("")),
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom("a", "[^b]", "\\d", "😀"), fc.constantFrom("*", "+?", "??", "{0}", "{1,3}", "{2,}"))
        .map((parts) => parts.join("")),
    },
  ),
  sequence: fc.array(tie("part"), { maxLength: 4 }).map((parts) => parts.join("")),
  regex: fc.array(tie("sequence"), { minLength: 1, maxLength: 3 }).map((parts) => parts.join("|")),
}));

it("match the texts that ^(?:regex)$ matches, and no others", () => {
  let matching = 0;
  const texts = fc.array(fc.string({ unit: fc.constantFrom(...characters), maxLength: 5 }), {
    minLength: 12,
    maxLength: 12,
  });
  fc.assert(
    fc.property(regex, texts, (source, samples) => {
      const expected = new RegExp(`^(?:${source.replaceAll("\\-", "\\x2d")})$`, "u");
      const automaton = compileUnlessEmpty(source);
      for (const text of samples) {
        const isMatch = expected.test(text);
        matching += Number(isMatch);
        expect([text, automaton !== undefined && matches(automaton, text)]).toEqual([text, isMatch]);
      }
    }),
    { numRuns: 1000 },
  );
  expect(matching).toBeGreaterThan(700);
});

it("know every character of a class, and none beside it", () => {
  for (const source of [
    "\\s",
    "\\w",
    "\\D",
    ".",
    "[^a-\\u07ff\\u{10000}-\\u{100000}]",
    "[\\u0080\\ud7ff-\\ue000\\u{3ffff}]",
  ]) {
    const automaton = compileRegex(source);
    const expected = new RegExp(`^(?:${source})$`, "u");
    const wrong: number[] = [];
    for (let code = 0; code <= 0x10ffff; code += code < 0x3100 ? 1 : 61) {
      if (code >= 0xd800 && code <= 0xdfff) continue;
      const text = String.fromCodePoint(code);
      if (matches(automaton, text) !== expected.test(text)) wrong.push(code);
    }
    expect([source, wrong]).toEqual([source, []]);
  }
});

describe("anchors", () => {
  it.each(["^ab$", "^(?:a|b)$", "(^a|^b$)", "^^a$$", "(?:^)?a", "^(a(b)$)", "^$", "a$|^b"])(
    "%s stand at the ends",
    (source) => {
      const automaton = compileRegex(source);
      const expected = new RegExp(`^(?:${source})$`, "u");
      for (const text of ["", "a", "b", "ab", "aa", "ba", "abab"]) {
        expect([text, matches(automaton, text)]).toEqual([text, expected.test(text)]);
      }
    },
  );
});

describe("what cannot be followed is refused with its place", () => {
  it.each([
    ["a(?=b)", "got the lookahead (?=b) at 1"],
    ["\\-a(?!b)", "got the lookahead (?!b) at 3"],
    ["(?<!é)b", "got the lookbehind (?<!é) at 0"],
    ["(a)\\1", "got the backreference \\1 at 3"],
    ["(?<x>a)\\k<x>", "got the backreference \\k<x> at 7"],
    ["a\\b", "got the word boundary \\b at 1"],
    ["a^b", "got the anchor ^ at 1"],
    ["(?:^a)*", "got the anchor ^ at 3"],
    ["(?i:a)", "got modifiers i at 2"],
    ["a**", "expected a regular expression: Nothing to repeat at 3"],
    ["\\@[", "expected a regular expression: Unterminated character class at 3"],
    ["(?P<a>b)", "expected a regular expression: Invalid group at 1"],
    ["[]", "expected a regular expression that a text can match"],
    ["\\ud800", "expected a regular expression that a text can match"],
    ["(".repeat(4000) + ")".repeat(4000), "expected fewer groups inside each other"],
    ["a".repeat(8193), "expected at most 8192 UTF-16 units, got 8193"],
    ["(((a{99}){99}){99}){99}", "at most 65536 parts with its repetitions written out"],
    ["(?:(?:){999999}){999999}", "at most 65536 parts with its repetitions written out"],
    ["(?:a|b)*a(?:a|b){40}", "an automaton of 8192 states"],
    ["(?:a?){4000}", "262144 steps can follow"],
  ])("%#", (source, message) => {
    expect(() => compileRegex(source)).toThrow(RangeError);
    expect(() => compileRegex(source)).toThrow(message);
  });
});

it("follows a long repetition", () => {
  const automaton = compileRegex("[^\\n]{10,1000}");
  expect(
    ["é".repeat(9), "é".repeat(10), "😀".repeat(1000), "a".repeat(1001)].map((text) => matches(automaton, text)),
  ).toEqual([false, true, true, false]);
});
