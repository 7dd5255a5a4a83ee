/** Tokens that a grammar names by number, and tokens that end the output. */
import { expect, it } from "vitest";
import { Budget } from "../budget/budget.ts";
import { compileRules } from "../compile/compileRules.ts";
import { Expressions } from "../regex/expressions.ts";
import { idsOf, naiveMask } from "../testing/naiveMask.ts";
import { Vocabulary } from "../vocabulary/vocabulary.ts";
import { GrammarEngine } from "./engine.ts";

const tokens = ["a", "aa", "<call>", "<end>", "<stop>"];
const [call, end, stop] = [2, 3, 4];
const vocabulary = new Vocabulary({
  tokenizer: { vocabSize: tokens.length, tokenBytes: (id) => new TextEncoder().encode(tokens[id]) },
  vocabSize: tokens.length + 60,
  eosTokenIds: [end, stop],
  specialTokenIds: [call],
});

/** Letters a, a call or an end as a mark, letters a. */
function openMarked(): ReturnType<GrammarEngine["open"]> {
  const expressions = new Expressions();
  const letters = expressions.repeat(expressions.literal("a"), 1, 3);
  const lexemes = [
    { name: "letters", expression: letters },
    { name: "mark", expression: expressions.none, tokenIds: [[call, end]] as const },
  ];
  const states = [
    { isAccepting: false, edges: [{ symbol: { lexeme: 0 }, target: 1 }] },
    { isAccepting: false, edges: [{ symbol: { lexeme: 1 }, target: 2 }] },
    { isAccepting: true, edges: [{ symbol: { lexeme: 0 }, target: 3 }] },
    { isAccepting: true, edges: [] },
  ];
  const grammar = { expressions, lexemes, rules: [{ name: "root", states }], start: 0 };
  return new GrammarEngine(vocabulary).open(compileRules(grammar, new Budget("grammar"), "grammar"));
}

it("special tokens stand only where they are named, and text never spells one", () => {
  const matcher = openMarked();
  const words = new Int32Array(vocabulary.wordCount);
  const masks: number[][] = [];
  for (const id of [1, call, 0, stop]) {
    matcher.fillMask(words);
    masks.push(idsOf(words));
    expect(idsOf(words)).toEqual(naiveMask(matcher, vocabulary.vocabSize));
    expect(matcher.accept(id)).toBe(true);
  }
  expect(masks).toEqual([
    [0, 1],
    [0, call, end],
    [0, 1, end, stop],
    [0, 1, end, stop],
  ]);
  expect(matcher.hasEnded).toBe(true);
});

it("an end token that the grammar names is a part of the output there, and the end where it may end", () => {
  const matcher = openMarked();
  expect([0, end].map((id) => matcher.accept(id))).toEqual([true, true]);
  expect(matcher.hasEnded).toBe(false);
  expect(matcher.accept(end)).toBe(true);
  expect(matcher.hasEnded).toBe(true);
  matcher.rollback(1);
  expect(matcher.hasEnded).toBe(false);
  expect(matcher.accept(1)).toBe(true);
});
