/** Too much work and too much memory end in a named error of one output, and nothing else is different. */
import { describe, expect, it } from "vitest";
import { Budget, GrammarBudgetError } from "../budget/budget.ts";
import { compileRules } from "../compile/compileRules.ts";
import type { GrammarImage } from "../compile/image.ts";
import { Expressions } from "../regex/expressions.ts";
import type { RuleEdge, RuleState } from "../rules/grammarRules.ts";
import { idsOf } from "../testing/naiveMask.ts";
import { textsOf } from "../testing/textsOf.ts";
import { Vocabulary } from "../vocabulary/vocabulary.ts";
import { GrammarEngine } from "./engine.ts";

const tokens = textsOf(["a", "b", "(", ")"], 4).slice(1);
const end = tokens.length;
const vocabulary = new Vocabulary({
  tokenizer: { vocabSize: end + 1, tokenBytes: (id) => new TextEncoder().encode(tokens[id] ?? "") },
  vocabSize: end + 1,
  eosTokenIds: [end],
});
const endless = Number.POSITIVE_INFINITY;

const lexeme = (index: number, target: number): RuleEdge => ({ symbol: { lexeme: index }, target });
const rule = (index: number, target: number): RuleEdge => ({ symbol: { rule: index }, target });
const state = (isAccepting: boolean, ...edges: RuleEdge[]): RuleState => ({ isAccepting, edges });

function compile(lexemes: (expressions: Expressions) => number[], rules: RuleState[][]): GrammarImage {
  const expressions = new Expressions();
  const named = lexemes(expressions).map((expression, i) => ({ name: `${i}`, expression }));
  const grammar = {
    expressions,
    lexemes: named,
    rules: rules.map((states, i) => ({ name: `${i}`, states })),
    start: 0,
  };
  return compileRules(grammar, new Budget("grammar"), "grammar");
}

/** x x x x x x x x, where x is x x, any letters, or x in brackets: nearly every way to read a text is one. */
const ambiguous = compile(
  (expressions) => [
    expressions.repeat(expressions.bytes([[0x61, 0x62]]), 0, endless),
    expressions.literal("("),
    expressions.literal(")"),
  ],
  [
    [...Array.from({ length: 8 }, (_, i) => state(false, rule(1, i + 1))), state(true)],
    [
      state(false, rule(1, 1), lexeme(0, 2), lexeme(1, 3)),
      state(false, rule(1, 2)),
      state(true),
      state(false, rule(1, 4)),
      state(false, lexeme(2, 2)),
    ],
  ],
);

const nested = compile(
  (expressions) => [expressions.literal("("), expressions.literal("a"), expressions.literal(")")],
  [[state(false, lexeme(0, 1), lexeme(1, 3)), state(false, rule(0, 2)), state(false, lexeme(2, 3)), state(true)]],
);

/** Letters of a number, which no other grammar has. */
function counted(count: number): GrammarImage {
  return compile(
    (expressions) => [
      expressions.and([
        expressions.repeat(expressions.bytes([[0x61, 0x62]]), count, count + 40),
        expressions.not(expressions.concat([expressions.all, expressions.literal("abba"), expressions.all])),
      ]),
    ],
    [[state(false, lexeme(0, 1)), state(true)]],
  );
}

const words = new Int32Array(vocabulary.wordCount);

describe("limits", () => {
  it("a mask that takes too many steps fails, and the next grammar does not", () => {
    const engine = new GrammarEngine(vocabulary, { maskSteps: 5000 });
    const matcher = engine.open(ambiguous);
    expect(() => {
      for (let i = 0; i < 40; i++) {
        matcher.fillMask(words);
        matcher.accept(tokens.indexOf("abab"));
      }
    }).toThrow(GrammarBudgetError);
    const other = engine.open(nested);
    other.fillMask(words);
    expect(idsOf(words).map((id) => tokens[id])).toContain("((a)");
  });

  it("an output that needs more memory than there is fails, and the next one does not", () => {
    const engine = new GrammarEngine(vocabulary, { cacheBytes: 2 ** 20 });
    const matcher = engine.open(nested);
    expect(() => {
      for (let i = 0; i < 10_000; i++) matcher.accept(tokens.indexOf("("));
    }).toThrow(/"cacheBytes" expected more than 1048576/);
    const other = engine.open(nested);
    expect(["((a)", ")"].map((text) => other.accept(tokens.indexOf(text)))).toEqual([true, true]);
    expect(other.accept(end)).toBe(true);
  });

  it("what was dropped is made again: masks are the same with little memory", () => {
    const small = new GrammarEngine(vocabulary, { cacheBytes: 2 ** 20 });
    const large = new GrammarEngine(vocabulary);
    const other = new Int32Array(vocabulary.wordCount);
    const cores = new Set<object>();
    const images = Array.from({ length: 30 }, (_, i) => counted(20 + i));
    const pairs = images.map((image) => [small.open(image), large.open(image)] as const);
    let random = 7;
    for (let step = 0; step < 24; step++) {
      for (const [first, second] of pairs) {
        first.fillMask(words);
        second.fillMask(other);
        cores.add(small.core);
        expect(idsOf(words)).toEqual(idsOf(other));
        const ids = idsOf(words);
        random = (random * 48271) % 2147483647;
        const id = ids[random % ids.length] ?? end;
        expect(first.accept(id)).toBe(second.accept(id));
      }
    }
    expect(cores.size).toBeGreaterThan(1);
  });

  it("of 200 texts that may come once each, only the sets that were read take memory: below 400 bytes a text and step", () => {
    const names = tokens.filter((text) => text.length === 4).slice(0, 200);
    const edges = names.map((_, once): RuleEdge => ({ symbol: { lexeme: once }, target: 0, once }));
    const engine = new GrammarEngine(vocabulary);
    const matcher = engine.open(
      compile((expressions) => names.map((name) => expressions.literal(name)), [[state(true, ...edges)]]),
    );
    matcher.fillMask(words);
    const before = engine.core.sizeBytes;
    for (const name of names.slice(0, 3)) {
      expect(matcher.accept(tokens.indexOf(name))).toBe(true);
      matcher.fillMask(words);
      expect(idsOf(words)).not.toContain(tokens.indexOf(name));
    }
    expect((engine.core.sizeBytes - before) / 3 / names.length).toBeLessThan(400);
  });

  it("refuses options that are none", () => {
    expect(() => new GrammarEngine(vocabulary, { maskSteps: 10 })).toThrow('"maskSteps" expected integer in [1000,');
    expect(() => new GrammarEngine(vocabulary, { cacheBytes: 1 })).toThrow(
      '"cacheBytes" expected integer in [1048576,',
    );
    expect(() => new GrammarEngine(vocabulary, { masksteps: 1 } as object)).toThrow('did you mean "maskSteps"?');
  });
});
