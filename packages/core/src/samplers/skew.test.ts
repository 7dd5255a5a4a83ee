/** Skewed draws are those of the inversion that exllamav2 does, and log-probabilities those of their law. */
import { describe, expect, it } from "vitest";
import { createSampler } from "../sampler/sampler.ts";
import { seededRandom } from "../testing/random.ts";
import { variants } from "../testing/createKernels.ts";

const probs = [0.05, 0.4, 0.15, 0.3, 0.1];
const row = Float32Array.from(probs, Math.log);
const byProb = [1, 3, 2, 4, 0];

/** Token that the inversion of u^(e^−skew) gives, the most probable first. */
function inverted(u: number, skew: number): number {
  const target = u ** Math.exp(-skew);
  let sum = 0;
  return byProb.find((id) => (sum += probs[id]!) > target) ?? 0;
}

describe.each(variants)("%s kernels", (variant) => {
  it.each([-4, -1, -0.1, 0.1, 1, 3])("skew %d draws what inversion of the bent uniform draws", async (skew) => {
    const sampler = await createSampler({ vocabSize: 5, variant });
    const plan = sampler.compile({ skew, seed: 7 });
    const random = seededRandom(19);
    const count = 20_000;
    const drawn = new Array<number>(5).fill(0);
    const expected = new Array<number>(5).fill(0);
    for (let position = 0; position < count; position++) {
      drawn[sampler.sample(row, plan, { position }).tokenId]!++;
      expected[inverted(random(), skew)]!++;
    }
    const { tokenIds, probs: law } = sampler.distribution(row, plan);
    const lawOf = (id: number): number => law[tokenIds.indexOf(id)] ?? 0;
    for (let id = 0; id < 5; id++) {
      const deviation = Math.sqrt(count * lawOf(id) * (1 - lawOf(id)));
      expect(Math.abs(drawn[id]! - count * lawOf(id))).toBeLessThan(4.5 * deviation + 1e-9);
      expect(Math.abs(expected[id]! - count * lawOf(id))).toBeLessThan(4.5 * deviation + 1e-9);
    }
  });

  it("comes after the cuts, whatever the profile, and log-probabilities are of its law", async () => {
    const sampler = await createSampler({ vocabSize: 5, variant });
    for (const profile of ["tokenmill", "llama.cpp", "hf", "koboldcpp", "mlx", "textgen"] as const) {
      const params = { profile, temperature: 1, topK: 2, topP: 1, minP: 0, skew: Math.LN2 };
      const { tokenIds, probs: law } = sampler.distribution(row, params);
      expect([...tokenIds].toSorted((a, b) => a - b)).toEqual([1, 3]);
      // of 4/7 and 3/7: 16/49 and 33/49
      expect(law[tokenIds.indexOf(1)]).toBeCloseTo(16 / 49, 6);
      const drawn = sampler.sample(row, { ...params, logprobs: 1, logprobsMode: "processed" });
      expect(drawn.topTokenIds[0]).toBe(3);
      expect(drawn.topLogprobs[0]).toBeCloseTo(Math.log(33 / 49), 6);
      expect(sampler.sample(row, { ...params, logprobs: 1 }).topTokenIds[0]).toBe(1);
    }
  });

  it("tells apart tokens whose probability is far below what a difference of sums would hold", async () => {
    const sampler = await createSampler({ vocabSize: 4, variant });
    for (const skew of [-3, 2]) {
      const { tokenIds, probs: law } = sampler.distribution([0, -50, -60, -720], { skew });
      const at = (id: number): number => Math.log(law[tokenIds.indexOf(id)]!);
      // g·p for small p, next to C^(g − 1), which is 1
      expect(at(1)).toBeCloseTo(skew - 50, 4);
      expect(at(2)).toBeCloseTo(skew - 60, 4);
      expect([...tokenIds]).toEqual([0, 1, 2, 3]);
    }
  });
});

it("is refused out of its range", async () => {
  const sampler = await createSampler({ vocabSize: 5 });
  expect(() => sampler.compile({ skew: 11 })).toThrow('"skew" expected number in [-10, 10], got 11');
  expect(sampler.compile({ skew: 0 }).stageNames).toEqual([]);
});
