/** The engine holds to the grammar's definition, its masks to what it accepts. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Budget } from "../budget/budget.ts";
import { compileRules } from "../compile/compileRules.ts";
import type { GrammarRules } from "../rules/grammarRules.ts";
import { idsOf, naiveMask } from "../testing/naiveMask.ts";
import { randomRules } from "../testing/randomRules.ts";
import { recognises } from "../testing/recogniser.ts";
import { textsOf } from "../testing/textsOf.ts";
import { Vocabulary } from "../vocabulary/vocabulary.ts";
import { GrammarEngine } from "./engine.ts";
import type { Matcher } from "./matcher.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const letters = ["a", "b"];
const longest = 4;
const texts = textsOf(letters, longest);
/** Every text of up to three letters, two of them twice, and two ends. */
const tokens = [...textsOf(letters, 3).slice(1), "ab", "aa", "c"];
const [end, otherEnd] = [tokens.length, tokens.length + 1];
const vocabulary = new Vocabulary({
  tokenizer: { vocabSize: tokens.length + 2, tokenBytes: (id) => bytesOf(tokens[id] ?? "ab") },
  vocabSize: 40,
  eosTokenIds: [end, otherEnd],
});

/** Undefined for one without a text. */
function open(rules: GrammarRules, engine = new GrammarEngine(vocabulary)): Matcher | undefined {
  try {
    return engine.open(compileRules(rules, new Budget("grammar"), "grammar"));
  } catch (error) {
    if (error instanceof RangeError && error.message.includes("that a text can match")) return undefined;
    throw error;
  }
}

function accepts(start: Matcher, text: string): boolean {
  const matcher = start.fork();
  return Array.from(text).every((letter) => matcher.accept(tokens.indexOf(letter))) && matcher.accept(end);
}

describe("the engine", () => {
  it("accepts the grammar's texts, and no others", () => {
    const counts = { yes: 0, no: 0 };
    fc.assert(
      fc.property(randomRules, (rules) => {
        const matcher = open(rules);
        for (const text of texts) {
          const expected = recognises(rules, bytesOf(text));
          counts[expected ? "yes" : "no"]++;
          expect([text, matcher !== undefined && accepts(matcher, text)]).toEqual([text, expected]);
        }
      }),
      { numRuns: 300 },
    );
    expect(counts.yes).toBeGreaterThan(1000);
  });

  it("masks exactly what it accepts, and never leads into a dead end", () => {
    let masks = 0;
    fc.assert(
      fc.property(randomRules, fc.array(fc.nat(1000), { maxLength: 6 }), (rules, choices) => {
        const matcher = open(rules);
        if (!matcher) return;
        const words = new Int32Array(vocabulary.wordCount);
        for (const choice of choices) {
          matcher.fillMask(words);
          const ids = idsOf(words);
          expect(ids).toEqual(naiveMask(matcher, vocabulary.vocabSize));
          masks++;
          expect(ids.length).toBeGreaterThan(0);
          if (!matcher.accept(ids[choice % ids.length]!) || matcher.hasEnded) break;
        }
      }),
      { numRuns: 1000 },
    );
    expect(masks).toBeGreaterThan(800);
  });

  it("changes nothing when it refuses, and undoes what it accepted", () => {
    fc.assert(
      fc.property(randomRules, fc.array(fc.nat(1000), { maxLength: 6 }), (rules, choices) => {
        const matcher = open(rules);
        if (!matcher) return;
        const words = new Int32Array(vocabulary.wordCount);
        const seen: number[][] = [];
        for (const choice of choices) {
          matcher.fillMask(words);
          const ids = idsOf(words);
          seen.push(ids);
          const others = Array.from({ length: vocabulary.vocabSize + 2 }, (_, i) => i - 1).filter(
            (id) => !ids.includes(id),
          );
          expect(others.filter((id) => matcher.accept(id))).toEqual([]);
          matcher.fillMask(words);
          expect(idsOf(words)).toEqual(ids);
          if (!matcher.accept(ids[choice % ids.length]!) || matcher.hasEnded) break;
        }
        expect(matcher.length).toBe(seen.length);
        const fork = matcher.fork();
        while (seen.length > 0) {
          fork.rollback(1);
          fork.fillMask(words);
          expect(idsOf(words)).toEqual(seen.pop());
        }
        expect(() => fork.rollback(1)).toThrow(RangeError);
      }),
      { numRuns: 500 },
    );
  });
});
