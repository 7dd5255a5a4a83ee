/** Masks of wide states, whose plain tokens are told by length, hold to single tokens: names beside free names, lengths, patterns. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { Budget } from "../budget/budget.ts";
import { compileRules } from "../compile/compileRules.ts";
import { type Expr, Expressions } from "../regex/expressions.ts";
import { regexText } from "../regex/regexText.ts";
import { andText, repeatText } from "../regex/textRegexes.ts";
import type { RuleState } from "../rules/grammarRules.ts";
import { idsOf, naiveMask } from "../testing/naiveMask.ts";
import { Vocabulary } from "../vocabulary/vocabulary.ts";
import { GrammarEngine } from "./engine.ts";

const common = ["a", "b", '"'];
const letters = [...common, ...Array.from({ length: 60 }, (_, i) => String.fromCharCode(0x30 + i))].filter(
  (each, i, all) => each !== "\\" && all.indexOf(each) === i,
);
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const tokens = [
  ...letters,
  ...letters.flatMap((first) => letters.map((second) => first + second)),
  ...letters.flatMap((first) => common.flatMap((second) => common.map((third) => first + second + third))),
  ...common.flatMap((a) => common.flatMap((b) => common.flatMap((c) => common.map((d) => `${a}${b}${c}${d}a"b`)))),
  "é",
  "ab",
];
/** Parts of characters, and characters that are not plain ones: alone, behind a letter, before one, and each other. */
const parts = ["c3", "a9", "c3a9", "e282", "82ac", "ac", "e282ac", "f09f", "9880", "c2", "a0", "c2a0", "0a", "5c"];
const beside = ["61", "22", "c3a9", "e282ac"];
const partial = [
  ...parts,
  ...parts.flatMap((part) => beside.flatMap((each) => [part + each, each + part, each + part + each])),
].map((hex) => Uint8Array.from(Buffer.from(hex, "hex")));
const end = tokens.length + partial.length;
const vocabulary = new Vocabulary({
  tokenizer: { vocabSize: end + 1, tokenBytes: (id) => partial[id - tokens.length] ?? bytesOf(tokens[id] ?? "") },
  vocabSize: end + 1,
  eosTokenIds: [end],
});
const partialIds = partial.map((_, i) => tokens.length + i);
const word = fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: 4 });
/** Texts of many lengths, whose shortest ends are some characters away. */
const pattern = regexText("(ab|b|[0-9]{3}:)*a?b0?");
/** All that stands in strings as it is, and less: only of the first, tokens are told by their length. */
const [plain, any] = [
  {
    kind: "class",
    ranges: [
      [0x20, 0x21],
      [0x23, 0x10ffff],
    ],
  },
  { kind: "class", ranges: [[0x23, 0x10ffff]] },
] as const;

const draft = fc.record({
  names: fc.array(word, { maxLength: 4 }),
  forbidden: fc.array(word, { maxLength: 3 }),
  min: fc.nat(3),
  max: fc.constantFrom(1, 3, 9, 80, 1000, Number.POSITIVE_INFINITY),
  freeKey: fc.constantFrom(undefined, "outside", "whole", "parts", "words"),
  isPattern: fc.boolean(),
  isPlain: fc.boolean(),
});

it("are what single tokens say", () => {
  let masks = 0;
  // one engine for all, so that grammars share what it has made
  const engine = new GrammarEngine(vocabulary);
  fc.assert(
    fc.property(draft, fc.array(fc.nat(1_000_000), { maxLength: 7 }), (given, choices) => {
      const matcher = engine.open(compileRules({ ...rulesOf(given), start: 0 }, new Budget("grammar"), "grammar"));
      const words = new Int32Array(vocabulary.wordCount);
      for (const choice of choices) {
        matcher.fillMask(words);
        const ids = idsOf(words);
        expect(ids).toEqual(naiveMask(matcher, vocabulary.vocabSize));
        masks++;
        const inside = partialIds.filter((id) => ids.includes(id));
        const next = choice % 2 === 0 && inside.length > 0 ? inside : ids;
        if (!matcher.accept(next[(choice >> 1) % next.length]!) || matcher.hasEnded) break;
      }
    }),
    { numRuns: 250 },
  );
  expect(masks).toBeGreaterThan(400);
});

/** Names in quotes and a colon, others in quotes, then values with a length, any number of times. */
function rulesOf({
  names,
  forbidden,
  min,
  max,
  freeKey,
  isPattern,
  isPlain,
}: typeof draft extends fc.Arbitrary<infer T> ? T : never): {
  expressions: Expressions;
  lexemes: { name: string; expression: Expr }[];
  rules: { name: string; states: RuleState[] }[];
} {
  const expressions = new Expressions();
  const quoted = (inside: Expr): Expr =>
    expressions.concat([expressions.literal('"'), inside, expressions.literal('"')]);
  const texts = (least: number, most: number): Expr =>
    expressions.text({ kind: "repeat", part: isPlain ? plain : any, min: least, max: most }, "utf8");
  const all = texts(0, Number.POSITIVE_INFINITY);
  const without = (text: Expr, others: readonly Expr[]): Expr =>
    expressions.and([text, expressions.not(expressions.or(others))]);
  const excluded = [...names, ...forbidden].map((each) => expressions.literal(each));
  const freeKeys = {
    outside: () => quoted(without(all, excluded)),
    whole: () => without(quoted(all), excluded.map(quoted)),
    parts: () =>
      quoted(expressions.and([all, expressions.or(excluded.map((each) => expressions.concat([all, each, all])))])),
    words: () => quoted(without(all, [expressions.repeat(expressions.or(excluded), 0, Number.POSITIVE_INFINITY)])),
  };
  const keys = [...names.map((each) => quoted(expressions.literal(each))), ...(freeKey ? [freeKeys[freeKey]()] : [])];
  const length = Math.max(min, max);
  const value = quoted(
    isPattern ? expressions.text(andText([pattern, repeatText(any, min, length)]), "utf8") : texts(min, length),
  );
  const colon = expressions.literal(":");
  const lexemes = [...keys, value, colon].map((expression, i) => ({ name: `${i}`, expression }));
  // after a name other things follow than after a free one
  const edges = keys.map((_, lexeme) => ({ symbol: { lexeme }, target: lexeme < names.length ? 2 : 1 }));
  const states: RuleState[] = [
    { edges: [...edges, { symbol: { lexeme: keys.length }, target: 0 }], isAccepting: true },
    { edges: [{ symbol: { lexeme: keys.length }, target: 0 }], isAccepting: false },
    { edges: [{ symbol: { lexeme: keys.length + 1 }, target: 1 }], isAccepting: false },
  ];
  return { expressions, lexemes, rules: [{ name: "all", states }] };
}
