/** A sequence ends where its output goes round in a loop, by the rule as it is written, and not a token sooner. */
import type { GenerateRequest, RepetitionDetection } from "@tokenmill/core";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEngine } from "../engine.ts";
import { hashSource, pieceTokenizer, run } from "../testing/sources.ts";
import type { Engine } from "../types.ts";
import { Repetition, repetitionRule } from "./repetition.ts";

/** Whether the ids end with a block, minCount times, that is not a smaller one several times. */
function reference(ids: readonly number[], { maxPatternSize, minPatternSize = 1, minCount }: RepetitionDetection) {
  const isBlock = (end: readonly number[], size: number): boolean => end.every((id, i) => id === end[i % size]);
  for (let size = minPatternSize; size <= maxPatternSize; size++) {
    if (ids.length < size * minCount || !isBlock(ids.slice(-size * minCount), size)) continue;
    const smaller = Array.from({ length: minPatternSize - 1 }, (_, i) => i + 1).filter((each) => size % each === 0);
    if (!smaller.some((each) => isBlock(ids.slice(-size), each))) return true;
  }
  return false;
}

const rules = fc
  .record({
    maxPatternSize: fc.integer({ min: 1, max: 9 }),
    least: fc.nat(8),
    minCount: fc.integer({ min: 2, max: 4 }),
  })
  .map(({ maxPatternSize, least, minCount }) => ({
    maxPatternSize,
    minPatternSize: (least % maxPatternSize) + 1,
    minCount,
  }));
/** Blocks, some of them several times. */
const outputs = fc
  .array(fc.tuple(fc.array(fc.nat(2), { minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 6 })), {
    maxLength: 5,
  })
  .map((blocks) => blocks.flatMap(([block, count]) => Array.from({ length: count }, () => block).flat()));

describe("the rule", () => {
  it("is that of the obvious search at every token, also for a sequence that is resumed", () => {
    fc.assert(
      fc.property(rules, outputs, fc.nat(), (rule, ids, at) => {
        const resumedAt = at % (ids.length + 1);
        let repetition = new Repetition(rule);
        for (const [i, id] of ids.entries()) {
          if (i === resumedAt) repetition = new Repetition(rule, ids.slice(0, i));
          expect(repetition.push(id)).toBe(reference(ids.slice(0, i + 1), rule));
        }
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    [
      { maxPatternSize: 1025, minCount: 2 },
      '"repetitionDetection.maxPatternSize" expected integer in [0, 1024], got 1025',
    ],
    [
      { maxPatternSize: 4, minPatternSize: 5, minCount: 2 },
      '"repetitionDetection.minPatternSize" expected integer in [1, 4], got 5',
    ],
    [{ maxPatternSize: 4 }, '"repetitionDetection.minCount" expected integer in [2, 16777216], got undefined'],
    [{ maxPatternSize: 4, minCount: 1 }, '"repetitionDetection.minCount" expected integer in [2, 16777216], got 1'],
    [{ maxSize: 4 }, 'unknown repetitionDetection field "maxSize"'],
    [7, '"repetitionDetection" expected object, got 7'],
  ])("refuses %j", (rule, message) => {
    expect(() => repetitionRule(rule as RepetitionDetection)).toThrow(message);
  });

  it("is off without a size", () => {
    expect(repetitionRule({ maxPatternSize: 0, minCount: 2 })).toBeUndefined();
    expect(repetitionRule(undefined)).toBeUndefined();
  });
});

describe("a sequence that only says a", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createEngine({ source: hashSource({ tokenizer: pieceTokenizer }), workers: 1, slots: 4, seed: 1 });
  });
  afterAll(() => engine.close());

  const thrice = { maxPatternSize: 2, minCount: 3 };
  it.each<[string, GenerateRequest, object]>([
    ["ends", {}, { tokens: 3, finishReason: "repetition", text: "aaa" }],
    ["ends after a larger block", { repetitionDetection: { ...thrice, minPatternSize: 2 } }, { tokens: 9 }],
    ["not within minTokens", { minTokens: 5 }, { tokens: 5, finishReason: "repetition" }],
    ["by its length first", { maxTokens: 3 }, { tokens: 3, finishReason: "length" }],
    ["by a stop string first", { stop: "aaa" }, { tokens: 3, finishReason: "stop", stopReason: "aaa", text: "" }],
    ["with what was held back", { stop: "aaab" }, { tokens: 3, finishReason: "repetition", text: "aaa" }],
  ])("%s", async (_, request, end) => {
    const a = { allowedTokenIds: [0], ignoreEos: true, maxTokens: 9, repetitionDetection: thrice };
    const { events } = await run(engine, { ...a, ...request });
    const { finishReason, stopReason } = events.at(-1)!;
    const text = events.map((event) => event.text).join("");
    expect({ tokens: events.length, finishReason, stopReason, text }).toMatchObject(end);
  });
});
