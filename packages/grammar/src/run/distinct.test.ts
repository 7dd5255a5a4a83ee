/** Texts that must differ: lists without anything twice, by lists that JavaScript checks. */
import { expect, it } from "vitest";
import { Budget } from "../budget/budget.ts";
import { compileRules } from "../compile/compileRules.ts";
import { Expressions } from "../regex/expressions.ts";
import type { RuleState } from "../rules/grammarRules.ts";
import { maskFaults } from "../testing/naiveMask.ts";
import { textsOf } from "../testing/textsOf.ts";
import { Vocabulary } from "../vocabulary/vocabulary.ts";
import { GrammarEngine } from "./engine.ts";
import type { Matcher } from "./matcher.ts";

const tokens = [...textsOf(["a", "b", ","], 3).slice(1)];
const end = tokens.length;
const vocabulary = new Vocabulary({
  tokenizer: { vocabSize: end + 1, tokenBytes: (id) => new TextEncoder().encode(tokens[id] ?? "") },
  vocabSize: end + 1,
  eosTokenIds: [end],
});

/** Items of one to three letters, or only these, with commas between. */
function openList(only?: readonly string[]): Matcher {
  const expressions = new Expressions();
  const letters = expressions.bytes([[0x61, 0x62]]);
  const item = only ? expressions.or(only.map((text) => expressions.literal(text))) : expressions.repeat(letters, 1, 3);
  const states: RuleState[] = [
    { edges: [{ symbol: { lexeme: 0 }, target: 1, isDistinct: true }], isAccepting: false },
    { edges: [{ symbol: { lexeme: 1 }, target: 0 }], isAccepting: true },
  ];
  const lexemes = [
    { name: "item", expression: item },
    { name: "comma", expression: expressions.literal(",") },
  ];
  const rules = { expressions, lexemes, rules: [{ name: "list", states }], start: 0 };
  return new GrammarEngine(vocabulary).open(compileRules(rules, new Budget("grammar"), "grammar"));
}

function accepts(start: Matcher, text: string): boolean {
  const matcher = start.fork();
  return Array.from(text).every((letter) => matcher.accept(tokens.indexOf(letter))) && matcher.accept(end);
}

it("accepts lists in which nothing stands twice, and no others", () => {
  const matcher = openList();
  let accepted = 0;
  for (const text of textsOf(["a", "b", ","], 7)) {
    const items = text.split(",");
    const isRight = items.every((each) => /^[ab]{1,3}$/.test(each)) && new Set(items).size === items.length;
    accepted += Number(isRight);
    expect([text, accepts(matcher, text)]).toEqual([text, isRight]);
  }
  expect(accepted).toBeGreaterThan(300);
});

it("masks what it accepts, with items that begin and end inside tokens, and comes to no dead end", () => {
  for (const only of [undefined, ["a", "b", "ab"]]) {
    expect(maskFaults(openList(only), vocabulary.vocabSize, { outputs: 39, steps: 6 })).toEqual([]);
  }
});
