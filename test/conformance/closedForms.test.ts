/**
 * Small distributions whose outcome is known on paper. Where noted, the case is one of llama.cpp's `tests/test-sampling.cpp`
 * (2025), which lists what is kept without renormalising it.
 */
import { createSampler, type Draw, type SamplingParams } from "@tokenmill/core";
import { describe, expect, it } from "vitest";

interface Vector {
  what: string;
  /** Probabilities; the logits are their logarithms. */
  of: number[];
  params: SamplingParams;
  /** What is left, by token id; renormalised here. */
  left: Record<number, number>;
  draw?: Draw;
}

const ladder = [0.1, 0.2, 0.3, 0.4];
const fifths = [0.2, 0.2, 0.2, 0.2, 0.2];
const down = [0.4, 0.3, 0.2, 0.1];
const all = { 0: 0.1, 1: 0.2, 2: 0.3, 3: 0.4 };
const best3 = { 1: 0.2, 2: 0.3, 3: 0.4 };
const best2 = { 2: 0.3, 3: 0.4 };
const best1 = { 3: 1 };
/** e^−4: two subtracted twice. */
const weakened = 0.2 * Math.exp(-4);

const vectors: Vector[] = [
  // test_temp
  { what: "temperature 1", of: ladder, params: { temperature: 1 }, left: all },
  { what: "temperature 0", of: ladder, params: { temperature: 0 }, left: best1 },
  { what: "temperature 0.5 squares", of: ladder, params: { temperature: 0.5 }, left: { 0: 1, 1: 4, 2: 9, 3: 16 } },
  { what: "temperature 2 takes roots", of: [0.04, 0.96], params: { temperature: 2 }, left: { 0: 0.2, 1: 0.96 ** 0.5 } },
  // test_top_k
  { what: "top-k 1", of: ladder, params: { topK: 1 }, left: best1 },
  { what: "top-k 3", of: ladder, params: { topK: 3 }, left: best3 },
  { what: "top-k 4", of: ladder, params: { topK: 4 }, left: all },
  { what: "top-k 0", of: ladder, params: { topK: 0 }, left: all },
  // test_top_p; 0 is outside our range
  { what: "top-p 1e-9", of: ladder, params: { topP: 1e-9 }, left: best1 },
  { what: "top-p 0.69", of: ladder, params: { topP: 0.69 }, left: best2 },
  { what: "top-p 0.8", of: ladder, params: { topP: 0.8 }, left: best3 },
  { what: "top-p 1", of: ladder, params: { topP: 1 }, left: all },
  // 0.4 + 0.3 in logits rounded to f32 is 0.7 but for 3e-8
  { what: "top-p 0.7 - 1e-7", of: ladder, params: { topP: 0.7 - 1e-7 }, left: best2 },
  { what: "top-p 0.7 + 1e-7", of: ladder, params: { topP: 0.7 + 1e-7 }, left: best3 },
  { what: "top-p 0.5 of two halves", of: [0.5, 0.5], params: { topP: 0.5 }, left: { 0: 1 } },
  { what: "top-p 0.75 of four quarters", of: [1, 1, 1, 1], params: { topP: 0.75 }, left: { 0: 1, 1: 1, 2: 1 } },
  // test_min_p
  { what: "min-p 0", of: ladder, params: { minP: 0 }, left: all },
  { what: "min-p 0.24", of: ladder, params: { minP: 0.24 }, left: all },
  { what: "min-p 0.26", of: ladder, params: { minP: 0.26 }, left: best3 },
  { what: "min-p 0.49", of: ladder, params: { minP: 0.49 }, left: best3 },
  { what: "min-p 0.51", of: ladder, params: { minP: 0.51 }, left: best2 },
  { what: "min-p 0.74", of: ladder, params: { minP: 0.74 }, left: best2 },
  { what: "min-p 0.76", of: ladder, params: { minP: 0.76 }, left: best1 },
  { what: "min-p 1", of: ladder, params: { minP: 1 }, left: best1 },
  // test_xtc
  { what: "XTC 0.99, 0.09", of: down, params: { xtcProbability: 0.99, xtcThreshold: 0.09 }, left: { 3: 1 } },
  { what: "XTC 0.99, 0.19", of: down, params: { xtcProbability: 0.99, xtcThreshold: 0.19 }, left: { 2: 0.2, 3: 0.1 } },
  {
    what: "XTC 0.99, 0.29",
    of: down,
    params: { xtcProbability: 0.99, xtcThreshold: 0.29 },
    left: { 1: 0.3, 2: 0.2, 3: 0.1 },
  },
  {
    what: "XTC 1, 0.39: one token above it is none too many",
    of: down,
    params: { xtcProbability: 1, xtcThreshold: 0.39 },
    left: { 0: 0.4, 1: 0.3, 2: 0.2, 3: 0.1 },
  },
  // test_typical
  { what: "typical 0.5, peaked", of: [0.97, 0.01, 0.01, 0.01], params: { typicalP: 0.5 }, left: { 0: 1 } },
  { what: "typical 0.5, three alike", of: [0.4, 0.2, 0.2, 0.2], params: { typicalP: 0.5 }, left: { 1: 1, 2: 1, 3: 1 } },
  // test_top_n_sigma
  { what: "top-n-sigma 1", of: ladder, params: { topNSigma: 1 }, left: best2 },
  { what: "top-n-sigma 0 is off", of: ladder, params: { topNSigma: 0 }, left: all },
  { what: "top-n-sigma 3", of: ladder, params: { topNSigma: 3 }, left: all },
  // cuts at a probability
  { what: "epsilon 0.15", of: ladder, params: { epsilonCutoff: 0.15 }, left: best3 },
  { what: "epsilon 0.5 leaves the largest", of: ladder, params: { epsilonCutoff: 0.5 }, left: best1 },
  { what: "top-a 1: 0.16", of: ladder, params: { topA: 1 }, left: best3 },
  { what: "top-a 0.5: 0.08", of: ladder, params: { topA: 0.5 }, left: all },
  // √0.09·e^−H with H = 1.2799 nats is 0.0834, η itself 0.09
  { what: "eta 0.09: 0.0834", of: ladder, params: { etaCutoff: 0.09 }, left: all },
  { what: "eta 0.16: 0.1112", of: ladder, params: { etaCutoff: 0.16 }, left: best3 },
  // entropies of the best n: 0, 0.6829, 1.0609, 1.2799; halves of the last 0.63995, 0.6 of it 0.7679
  { what: "top-h 0.5", of: ladder, params: { topH: 0.5 }, left: best1 },
  { what: "top-h 0.6", of: ladder, params: { topH: 0.6 }, left: best2 },
  { what: "top-h 0.9", of: ladder, params: { topH: 0.9 }, left: best3 },
  // test_penalties: logits of 0.2 are negative, so 50 times as negative
  {
    what: "repetition penalty 50 of one",
    of: fifths,
    params: { repetitionPenalty: 50 },
    left: { 0: 0.2 ** 50, 1: 0.2, 2: 0.2, 3: 0.2, 4: 0.2 },
    draw: { history: [0] },
  },
  {
    what: "repetition penalty 50 of three, seen often",
    of: fifths,
    params: { repetitionPenalty: 50 },
    left: { 0: 0.2 ** 50, 1: 0.2 ** 50, 2: 0.2 ** 50, 3: 0.5, 4: 0.5 },
    draw: { history: [0, 1, 2, 0, 0] },
  },
  {
    what: "frequency and presence 2 of one",
    of: fifths,
    params: { frequencyPenalty: 2, presencePenalty: 2 },
    left: { 0: weakened, 1: 0.2, 2: 0.2, 3: 0.2, 4: 0.2 },
    draw: { history: [0] },
  },
  {
    what: "frequency and presence 2, counted",
    of: fifths,
    params: { frequencyPenalty: 2, presencePenalty: 2 },
    left: { 0: weakened * Math.exp(-2), 1: weakened, 2: 0.2, 3: 0.2, 4: 0.2 },
    draw: { history: [0, 1, 0] },
  },
  {
    what: "bias ln 3 triples",
    of: fifths,
    params: { logitBias: { 2: Math.log(3) } },
    left: { 0: 1, 1: 1, 2: 3, 3: 1, 4: 1 },
  },
];

describe("closed forms", () => {
  it.each(vectors)("$what", async ({ of, params, left, draw }) => {
    const sampler = await createSampler({ vocabSize: of.length });
    const { tokenIds, probs } = sampler.distribution(of.map(Math.log), params, draw);
    const total = Object.values(left).reduce((a, b) => a + b, 0);
    expect(Array.from(tokenIds).sort((a, b) => a - b)).toEqual(Object.keys(left).map(Number));
    tokenIds.forEach((id, i) => {
      // logits are rounded to f32: 6e-8 of a logarithm below 100
      expect(Math.abs(probs[i]! - left[id]! / total)).toBeLessThan(3e-7);
    });
  });
});

describe("the article's row", () => {
  const logits = [1.2, 2.0, 3.5, 3.0, 1.8, 1.0];
  const words = ["wonderful", "cloudy", "nice", "hot", "gloomy", "delicious"];

  it("has the published probabilities", async () => {
    const sampler = await createSampler({ vocabSize: 6 });
    const { tokenIds, probs } = sampler.distribution(logits, {});
    const rounded = Object.fromEntries(Array.from(tokenIds, (id, i) => [words[id], Number(probs[i]!.toFixed(4))]));
    expect(rounded).toEqual({
      wonderful: 0.0457,
      cloudy: 0.1017,
      nice: 0.4556,
      hot: 0.2764,
      gloomy: 0.0832,
      delicious: 0.0374,
    });
    expect(Array.from(tokenIds, (id) => words[id])).toEqual([
      "nice",
      "hot",
      "cloudy",
      "gloomy",
      "wonderful",
      "delicious",
    ]);
  });

  it.each<[SamplingParams, string[]]>([
    [{ topK: 3 }, ["nice", "hot", "cloudy"]],
    [{ topP: 0.45 }, ["nice"]],
    [{ topP: 0.5 }, ["nice", "hot"]],
    [{ topP: 0.9 }, ["nice", "hot", "cloudy", "gloomy"]],
    [{ minP: 0.2 }, ["nice", "hot", "cloudy"]],
    [{ temperature: 0.1 }, ["nice", "hot", "cloudy", "gloomy", "wonderful", "delicious"]],
    [{ temperature: 0.1, topP: 0.9 }, ["nice"]],
    [{ temperature: 10, topP: 0.9 }, ["nice", "hot", "cloudy", "gloomy", "wonderful", "delicious"]],
    // the temperature comes last in llama.cpp: it does not change what top-p keeps
    [{ profile: "llama.cpp", temperature: 10, topP: 0.9, minP: 0 }, ["nice", "hot", "cloudy", "gloomy"]],
    [{ temperature: 0 }, ["nice"]],
  ])("%o keeps %o", async (params, kept) => {
    const sampler = await createSampler({ vocabSize: 6 });
    const { tokenIds } = sampler.distribution(logits, params);
    expect(Array.from(tokenIds, (id) => words[id])).toEqual(kept);
  });
});
