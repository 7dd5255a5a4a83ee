/** Masks of lists of different items that are one lexeme, by trying every token: what a walk forgets changes none of them. */
import { describe, expect, it } from "vitest";
import { Budget } from "../budget/budget.ts";
import { compileRules } from "../compile/compileRules.ts";
import { type Expr, Expressions } from "../regex/expressions.ts";
import { regexText } from "../regex/regexText.ts";
import { maskFaults } from "../testing/naiveMask.ts";
import { textsOf } from "../testing/textsOf.ts";
import { Vocabulary } from "../vocabulary/vocabulary.ts";
import { GrammarEngine } from "./engine.ts";
import type { Matcher } from "./matcher.ts";

/** Some hold an end of an item and the same item once more. */
const tokens = [
  ...textsOf(["a", "b", ", ", '"', "[", "]"], 3).slice(1),
  'a", "a"',
  '", "", "a',
  "aa, aa, b",
  "], [a], [a",
];
const end = tokens.length;
const vocabulary = new Vocabulary({
  tokenizer: { vocabSize: end + 1, tokenBytes: (id) => new TextEncoder().encode(tokens[id] ?? "") },
  vocabSize: end + 1,
  eosTokenIds: [end],
});
const endless = Number.POSITIVE_INFINITY;

type Texts = (expressions: Expressions) => Expr;
const of =
  (pattern: string): Texts =>
  (expressions) =>
    expressions.text(regexText(pattern), "utf8");
const list =
  (item: Texts, min = 1, max = endless): Texts =>
  (expressions) =>
    expressions.concat([
      expressions.literal("["),
      expressions.distinct(item(expressions), min, max),
      expressions.literal("]"),
    ]);
const without =
  (texts: Texts, words: string[]): Texts =>
  (expressions) =>
    expressions.and([texts(expressions), expressions.not(expressions.words(words))]);

function open(texts: Texts): Matcher {
  const expressions = new Expressions();
  const lexemes = [{ name: "list", expression: texts(expressions) }];
  const states = [
    { edges: [{ symbol: { lexeme: 0 }, target: 1 }], isAccepting: false },
    { edges: [], isAccepting: true },
  ];
  const rules = { expressions, lexemes, rules: [{ name: "list", states }], start: 0 };
  return new GrammarEngine(vocabulary).open(compileRules(rules, new Budget("grammar"), "grammar"));
}

const quoted = of('"[ab]*"');
const lists: Readonly<Record<string, Texts>> = {
  "endlessly many": list(quoted),
  "endlessly many, three at least": list(quoted, 3),
  "endlessly many, two at most": list(quoted, 1, 2),
  "many of bounded length": list(of("[ab]{1,20}")),
  few: list(of("a|b|aa|ab"), 2),
  "a list of lists": list(list(of("[ab]+"))),
  "a list of lists of few": list(list(of("a|b"), 1, 2), 1, 3),
  "without some": without(list(quoted, 1, 3), ['["a"]', '["a", "b"]', '["", "a"]', '["a", "", "b"]']),
  "few without some": without(list(of("a|b|aa")), ["[a]", "[a, b]", "[aa, b, a]", "[b]"]),
};

describe.each(Object.keys(lists))("%s", (name) => {
  it("masks what it accepts at each step of 40 outputs, and comes to no dead end", () => {
    expect(maskFaults(open(lists[name]!), vocabulary.vocabSize, { outputs: 40, steps: 8 })).toEqual([]);
  });
});
