/** Min-k: what it keeps is known on paper, and a row and its list come to the same. */
import { describe, expect, it } from "vitest";
import type { SamplingParams } from "../params/samplingParams.ts";
import { createSampler } from "../sampler/sampler.ts";
import { variants } from "../testing/createKernels.ts";
import { rowOf } from "../testing/generatedRow.ts";

describe.each(variants)("min-k, %s kernels", (variant) => {
  const keptOf = async (logits: number[], params: SamplingParams): Promise<number[]> => {
    const sampler = await createSampler({ vocabSize: logits.length, variant });
    return Array.from(sampler.distribution(logits, { minK: true, ...params }).tokenIds);
  };

  it.each<[string, number[], SamplingParams, number[]]>([
    ["two before a drop of 4.8, halved by its rank", [4, 10, 9.8, 5, 3], {}, [1, 2]],
    ["⌊28 / 7⌋ at least", [4, 10, 9.8, 5, 3], { minKTau: 28 }, [1, 2, 3, 0]],
    ["⌊27.9 / 7⌋ at least", [4, 10, 9.8, 5, 3], { minKTau: 27.9 }, [1, 2, 3]],
    ["the cliff where it is after ⌊7 / 7⌋", [4, 10, 9.8, 5, 3], { minKTau: 7 }, [1, 2]],
    ["all where ⌊τ / range⌋ is more", [4, 10, 9.8, 5, 3], { minKTau: 1e300 }, [1, 2, 3, 0, 4]],
    ["the first of two drops equally steep: 2 / 1 and 4 / 2", [10, 8, 4, 1], { minKTau: 0 }, [0]],
    ["all of equal logits", [1, 1, 1], { minKTau: 0 }, [0, 1, 2]],
    ["equal logits by lowest id, as many as ⌊7 / 2⌋", [3, 3, 3, 1, 3], { minKTau: 7 }, [0, 1, 2, 4]],
    ["equal logits by lowest id, as many as ⌊10 / 2⌋", [3, 3, 1, 1, 1], { minKTau: 7 }, [0, 1, 2]],
    ["the only token", [-3], {}, [0]],
    ["nothing of masked tokens: the range is 3", [1, -Infinity, 4, 3], { minKTau: 6 }, [2, 3]],
    ["at temperature 1/2, where the range is 14", [4, 10, 9.8, 5, 3], { minKTau: 42, temperature: 0.5 }, [1, 2, 3]],
    ["at temperature 4, where the range is 1.75", [4, 10, 9.8, 5, 3], { minKTau: 7, temperature: 4 }, [1, 2, 3, 0]],
    ["what min-p left: the range is 0.2", [4, 10, 9.8, 5, 3], { minP: 0.1, minKTau: 0, chain: ["minP", "minK"] }, [1]],
  ])("keeps %s", async (_, logits, params, kept) => {
    expect(await keptOf(logits, params)).toEqual(kept);
  });

  it.each([
    ["the last of the row", 299, 1.5],
    ["the first", 0, 1],
    ["the first, behind a token without mass", 1, -Infinity],
  ])("draws from ⌊4 / range⌋ tokens where the least logit is %s", async (_, least, first) => {
    const sampler = await createSampler({ vocabSize: 300, variant });
    const row = new Float32Array(300).fill(1.5);
    row[0] = first;
    row[least] = 1;
    row[100] = 2;
    const drawn = new Set<number>();
    for (let position = 0; position < 200; position++)
      drawn.add(sampler.sample(row, { minK: true, minKTau: 4 }, { position }).tokenId);
    expect(drawn.size).toBe(4);
  });

  it("with τ = 0 does not depend on the temperature, wherever that stands", async () => {
    const sampler = await createSampler({ vocabSize: 300, variant });
    for (let seed = 0; seed < 50; seed++) {
      const row = rowOf({ kind: "gaussian", seed, scale: 2.5, offset: 0, masked: 0 }, 300);
      const kept = (temperature: number, profile: SamplingParams["profile"]): Int32Array =>
        sampler.distribution(row, {
          minK: true,
          minKTau: 0,
          temperature,
          ...(profile && { profile }),
          topK: 0,
          topP: 1,
          minP: 0,
        }).tokenIds;
      for (const temperature of [0.01, 0.7, 3, 1e6]) {
        expect(kept(temperature, "hf")).toEqual(kept(1, "hf"));
        expect(kept(temperature, "llama.cpp")).toEqual(kept(1, "hf"));
      }
    }
  });

  it("keeps the same of a row and of its list", async () => {
    const size = 10_000;
    const sampler = await createSampler({ vocabSize: size, variant });
    const counts = new Set<number>();
    for (const kind of ["gaussian", "ties", "peaked", "line", "equal"] as const) {
      for (const scale of [0.01, 2.5, 1e4]) {
        const row = rowOf({ kind, seed: 7, scale, offset: 3, masked: 0.1 }, size);
        for (const minKTau of [0, 3, 900, 3000]) {
          for (const minP of [0, 1e-3]) {
            const params: SamplingParams = { minK: true, minKTau, minP };
            const dense = sampler.distribution(row, { ...params, chain: ["minP", "minK"] });
            // keeps everything, but leaves a list
            const list = sampler.distribution(row, { ...params, topK: size, chain: ["topK", "minP", "minK"] });
            expect(dense).toEqual(list);
            counts.add(dense.tokenIds.length);
          }
        }
      }
    }
    expect(counts.size).toBeGreaterThan(20);
  });
});
