/** Stages that remember: the state goes in with the draw and comes out with the token. */
import { describe, expect, it } from "vitest";
import { stateFor } from "../chain/sequenceState.ts";
import type { SamplingParams } from "../params/samplingParams.ts";
import { createSampler } from "../sampler/sampler.ts";
import { variants } from "../testing/createKernels.ts";
import { gaussianRow } from "../testing/random.ts";

const size = 400;
const row = gaussianRow(size, 2.5, 11);

/** Draws `count` tokens one after the other, each with the state of the one before. */
async function chainOf(params: SamplingParams, count: number, variant: "simd" | "scalar") {
  const sampler = await createSampler({ vocabSize: size, variant });
  const plan = sampler.compile(params);
  const steps: { state: number[]; tokenId: number; prob: number; keptCount: number; next: number[] }[] = [];
  let state = [...plan.initialState!];
  for (let position = 0; position < count; position++) {
    const { tokenIds, probs } = sampler.distribution(row, plan, { position, state });
    const drawn = sampler.sample(row, plan, { position, state });
    const next = Array.from(drawn.state);
    const { tokenId } = drawn;
    steps.push({ state, tokenId, prob: probs[tokenIds.indexOf(tokenId)]!, keptCount: tokenIds.length, next });
    state = next;
  }
  return { sampler, plan, steps };
}

describe.each(variants)("%s kernels", (variant) => {
  it.each([1, 2] as const)("mirostat %d: μ − η(surprise − τ), from 2τ on", async (mirostat) => {
    const tau = 3;
    const params: SamplingParams = { mirostat, mirostatTau: tau, mirostatEta: 0.2 };
    const { plan, steps } = await chainOf(params, 600, variant);
    expect(plan.initialState).toEqual([6, 0, 0, 0]);
    for (const { state, prob, next } of steps) {
      expect(next[0]).toBeCloseTo(state[0]! - 0.2 * (-Math.log2(prob) - tau), 9);
      expect(next.slice(1)).toEqual([0, 0, 0]);
    }
    const surprises = steps.slice(100).map(({ prob }) => -Math.log2(prob));
    const mean = surprises.reduce((a, b) => a + b, 0) / surprises.length;
    // Σ error = (μ before − μ after) / η, and μ stays within a few bits
    expect(Math.abs(mean - tau)).toBeLessThan(0.15);
  });

  it("goes on where the plan changes: numbers of stages that both have, the start of the others", async () => {
    const sampler = await createSampler({ vocabSize: 4 });
    const plans = [
      { mirostat: 2 },
      { mirostat: 1, mirostatTau: 1 },
      { adaptiveTarget: 0.5, adaptiveDecay: 0 },
      { topK: 2 },
    ];
    const [second, first, adaptive, none] = plans.map((params) => sampler.compile(params as SamplingParams));
    const state = [7, 8, 9, 0];
    expect(stateFor(first!, second!, state)).toEqual([7, 0, 0, 0]);
    expect(stateFor(second!, adaptive!, state)).toEqual([10, 0, 0, 0]);
    expect(stateFor(adaptive!, adaptive!, state)).toEqual([0, 8, 9, 0]);
    expect(stateFor(adaptive!, first!, state)).toEqual([0, 0.5, 1, 0]);
    expect(stateFor(first!, none!, state)).toEqual([2, 0, 0, 0]);
    expect(stateFor(none!, first!, state)).toBeUndefined();
  });

  it("mirostat 2 keeps what surprises by at most μ bits, one token at least", async () => {
    const sampler = await createSampler({ vocabSize: 4, variant });
    const logits = [0.5, 0.25, 0.15, 0.1].map(Math.log2).map((x) => x * Math.LN2);
    const kept = (mu: number): number =>
      sampler.distribution(logits, { mirostat: 2 }, { state: [mu, 0, 0, 0] }).tokenIds.length;
    expect([-5, 0.9, 1.1, 2.1, 3, 4].map(kept)).toEqual([1, 1, 1, 2, 3, 4]);
  });

  it("mirostat 1 keeps the k of a Zipf law: x = −s·ln(rank)", async () => {
    const sampler = await createSampler({ vocabSize: 1000, variant });
    for (const s of [0.7, 1.5, 2]) {
      const zipf = Float32Array.from({ length: 1000 }, (_, i) => -s * Math.log(i + 1));
      for (const mu of [1, 3, 6]) {
        const k = (((s - 1) * 2 ** mu) / (1 - 1000 ** (1 - s))) ** (1 / s);
        const { tokenIds } = sampler.distribution(zipf, { mirostat: 1 }, { state: [mu, 0, 0, 0] });
        expect(Math.abs(tokenIds.length - Math.max(1, Math.floor(k)))).toBeLessThanOrEqual(
          Math.abs(k % 1) < 1e-4 ? 1 : 0,
        );
      }
    }
  });

  it("adaptive-p remembers the probabilities that drawn tokens had before it", async () => {
    const params: SamplingParams = { adaptiveTarget: 0.3, adaptiveDecay: 0.8, topK: 20 };
    const { sampler, plan, steps } = await chainOf(params, 400, variant);
    expect(plan.stageNames).toEqual(["topK", "adaptiveP"]);
    expect(plan.initialState).toEqual([0, 0.3 / (1 - 0.8), 1 / (1 - 0.8), 0]);
    const before = sampler.distribution(row, { topK: 20 });
    for (const { state, tokenId, next } of steps) {
      const p = before.probs[before.tokenIds.indexOf(tokenId)]!;
      expect(next[1]).toBeCloseTo(p + 0.8 * state[1]!, 6);
      expect(next[2]).toBe(1 + 0.8 * state[2]!);
    }
  });

  it("adaptive-p: the logit is 5 at the target and 5 − 10d²/(1 + d) at d·0.3 from it", async () => {
    const sampler = await createSampler({ vocabSize: 3, variant });
    const logits = [0.6, 0.3, 0.1].map(Math.log);
    // a mean of 0.2 where 0.25 is wanted: now 0.3
    const state = [0, 0.2, 1, 0];
    const { tokenIds, probs } = sampler.distribution(logits, { adaptiveTarget: 0.25 }, { state });
    const bent = [1, 0, 2 / 3].map((d) => Math.exp(5 - (10 * d * d) / (1 + d)));
    const sum = bent.reduce((a, b) => a + b, 0);
    expect(Array.from(tokenIds)).toEqual([1, 2, 0]);
    tokenIds.forEach((id, i) => expect(probs[i]).toBeCloseTo(bent[id]! / sum, 6));
  });
});

it("both builds give the same states, bit for bit, also when edits come after", async () => {
  for (const params of [
    { mirostat: 1 },
    { mirostat: 2, topP: 0.9 },
    { adaptiveTarget: 0.5, mirostat: 2 },
    { mirostat: 2, logitBias: { 3: 1 }, chain: ["temperature", "mirostat", "logitBias"], temperature: 0.9 },
  ] as SamplingParams[]) {
    const [scalar, simd] = await Promise.all(variants.map((variant) => chainOf(params, 30, variant)));
    expect(simd!.steps).toEqual(scalar!.steps);
  }
});

it("mirostat replaces the cuts of llama.cpp and koboldcpp, unless a chain is given", async () => {
  const sampler = await createSampler({ vocabSize: size });
  const stages = (params: SamplingParams): readonly string[] => sampler.compile({ mirostat: 2, ...params }).stageNames;
  expect(stages({ profile: "llama.cpp", repetitionPenalty: 1.1 })).toEqual(["temperature", "mirostat"]);
  expect(stages({ profile: "koboldcpp", repetitionPenalty: 1.1 })).toEqual(["penalties", "temperature", "mirostat"]);
  expect(stages({ profile: "llama.cpp", chain: ["topK", "mirostat"] })).toEqual(["topK", "mirostat"]);
  expect(stages({ profile: "textgen", topK: 5, temperature: 2 })).toEqual(["temperature", "topK", "mirostat"]);
});

it("a state is refused unless it is four finite numbers", async () => {
  const sampler = await createSampler({ vocabSize: size });
  for (const state of [[1], [1, 2, 3, Number.NaN], [1, 2, 3, 4, 5]]) {
    expect(() => sampler.sample(row, { mirostat: 2 }, { state })).toThrow(
      /^"state(\[3\])?" expected (4 elements \(finite numbers\)|finite number), got/,
    );
  }
  expect(sampler.compile({ topK: 5 }).initialState).toBeUndefined();
});
