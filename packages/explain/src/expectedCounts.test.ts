/** Right draws pass the G-test for every stage of the table, and wrong expectations do not. */
import { createSampler, type SamplingParams, type SamplerName, samplerNames } from "@tokenmill/core";
import { describe, expect, it } from "vitest";
import { countDraws } from "./countDraws.ts";
import { gTest } from "./gTest.ts";
import { expectedCounts } from "./expectedCounts.ts";

const vocabSize = 24;
const logits = Array.from({ length: vocabSize }, (_, id) => 3 * Math.sin(id * 2.3));
const history = [1, 2, 3, 1, 2, 7, 1, 2];
const count = 20_000;

/** Each stage on, so that it changes the row, and where it is a matter of chance, strictly between never and always. */
const settings: Record<SamplerName, SamplingParams> = {
  logitBias: { logitBias: { 3: 2, 5: -1 } },
  allowedTokenIds: { allowedTokenIds: [1, 2, 3, 9, 11] },
  bannedTokenIds: { bannedTokenIds: [1, 4] },
  beginSuppressTokenIds: { beginSuppressTokenIds: [1, 4] },
  minTokens: { minTokens: count / 4, stopTokenIds: [1, 4, 6] },
  penalties: { repetitionPenalty: 1.5, frequencyPenalty: 0.5, presencePenalty: 0.5 },
  temperature: { temperature: 0.6, dynatempRange: 0.3 },
  topK: { topK: 5 },
  topP: { topP: 0.8 },
  minP: { minP: 0.1 },
  topNSigma: { topNSigma: 1 },
  typicalP: { typicalP: 0.7 },
  epsilonCutoff: { epsilonCutoff: 0.02 },
  etaCutoff: { etaCutoff: 0.1 },
  topA: { topA: 0.5 },
  tailFree: { tailFree: 0.9 },
  xtc: { xtcProbability: 0.5, xtcThreshold: 0.05 },
  topH: { topH: 0.6 },
  smoothing: { smoothingFactor: 0.3, smoothingCurve: 1.5 },
  noRepeatNgram: { noRepeatNgramSize: 3 },
  encoderRepetitionPenalty: { encoderRepetitionPenalty: 1.5 },
  encoderNoRepeatNgram: { encoderNoRepeatNgramSize: 3 },
  exponentialDecayLengthPenalty: { exponentialDecayLengthPenalty: [count - 1000, 1.02], stopTokenIds: [1, 4, 6] },
  kgw: { kgwDelta: 2, kgwKey: 5 },
  synthId: { synthIdDepth: 8, synthIdKey: 5, synthIdContext: 3 },
  sequenceBias: {
    sequenceBias: [
      [[1, 2, 3], 2],
      [[5], -1],
      [[1, 5], 9],
    ],
  },
  badWords: { badWords: [[2, 3], 8] },
  minK: { minK: true },
  pLess: { pLess: true },
  dry: { dryMultiplier: 0.8, dryAllowedLength: 1 },
  skew: { skew: 1 },
  mirostat: { mirostat: 2, mirostatTau: 1 },
  adaptiveP: { adaptiveTarget: 0.2 },
};

const make = async (custom = {}) => {
  const sampler = await createSampler({ vocabSize, customStages: custom });
  sampler.row.set(logits);
  return sampler;
};

describe("the expectation of many draws", () => {
  it.each(Object.entries(settings))("holds with %s on", async (name, params) => {
    const sampler = await make();
    const plan = sampler.compile({ seed: 11, ...params });
    expect(plan.stageNames).toContain(name);
    const { counts, expected, test } = countDraws(sampler, plan, count, { history, promptLength: 3 });
    expect(counts.reduce((a, b) => a + b)).toBe(count);
    expect(expected.reduce((a, b) => a + b)).toBeCloseTo(count, 5);
    expect(test.pValue).toBeGreaterThan(1e-4);
    // one draw of all is too little to be seen
    if (name === "beginSuppressTokenIds") return;
    // it is not that of the plain row, nor of one position or one side of the coin
    const plain = expectedCounts(sampler, sampler.compile({}), count);
    expect(gTest(counts, plain).pValue).toBeLessThan(1e-6);
  });

  it.each([0.1, 0.9])("mixes both sides of XTC's coin at probability %d, with a position in between", async (p) => {
    const sampler = await make();
    const params: SamplingParams = { xtcProbability: p, xtcThreshold: 0.05, minTokens: 5000, stopTokenIds: [1] };
    expect(countDraws(sampler, sampler.compile({ ...params, seed: 3 }), count).test.pValue).toBeGreaterThan(1e-4);
    for (const xtcProbability of [0, 1]) {
      const { counts } = countDraws(sampler, sampler.compile({ ...params, seed: 3 }), count);
      const oneSide = expectedCounts(sampler, sampler.compile({ ...params, xtcProbability }), count);
      expect(gTest(counts, oneSide).pValue).toBeLessThan(1e-6);
    }
  });

  it("holds with a stage of one's own that reads the position", async () => {
    const sampler = await make({
      early: (row: Float32Array, { position }: { position: number }) => {
        if (position < 100) row[0] = -Infinity;
      },
    });
    const plan = sampler.compile({ chain: ["custom:early", "xtc"], xtcProbability: 0.5, xtcThreshold: 0.05 });
    const { counts, test } = countDraws(sampler, plan, count);
    expect(counts[0]).toBe(0);
    expect(test.pValue).toBeGreaterThan(1e-4);
  });

  it("has no draws and no expectation for a count of 0", async () => {
    const sampler = await make();
    expect(countDraws(sampler, sampler.compile({}), 0).expected).toEqual(new Float64Array(vocabSize));
  });
});

it("every stage of the table is tried", () => {
  expect(Object.keys(settings).sort()).toEqual([...samplerNames].sort());
});
