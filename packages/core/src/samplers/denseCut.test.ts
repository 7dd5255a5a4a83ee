/** Cuts of a dense row that f32 sums bracket keep what f64 sums over the list keep. */
import { expect, it } from "vitest";
import type { SamplingParams } from "../params/samplingParams.ts";
import { createSampler } from "../sampler/sampler.ts";
import { variants } from "../testing/createKernels.ts";
import { rowOf } from "../testing/generatedRow.ts";

const size = 5_000;

it.each(variants)("p-less and mirostat 2 keep the same of a row and of its list, %s kernels", async (variant) => {
  const sampler = await createSampler({ vocabSize: size, variant });
  let kept = 0;
  for (const kind of ["gaussian", "ties", "peaked", "line", "equal"] as const) {
    for (const scale of [0.01, 2.5, 1e4]) {
      const row = rowOf({ kind, seed: 7, scale, offset: 3, masked: 0.1 }, size);
      for (const params of [{ pLess: true }, { mirostat: 2 }, { mirostat: 2, temperature: 1.7 }] as SamplingParams[]) {
        for (const mu of [4, 9]) {
          const state = [params.pLess ? 0 : mu, 0, 0, 0];
          const dense = sampler.distribution(row, params, { state });
          // keeps everything, but leaves a list
          const chain = ["temperature", "topK", "pLess", "mirostat"] as const;
          const list = sampler.distribution(row, { ...params, topK: size, chain }, { state });
          expect(dense).toEqual(list);
          kept += dense.tokenIds.length;
        }
      }
    }
  }
  expect(kept).toBeGreaterThan(size);
});

it.each(variants)(
  "what weighs 1 in f64 is as large as the largest, in a row and in its list, %s kernels",
  async (variant) => {
    const sampler = await createSampler({ vocabSize: 4, variant });
    const row = [0, -5e-17, -1e-15, -1];
    const chain = ["temperature", "topK", "epsilonCutoff"] as const;
    for (const params of [{}, { topK: 4 }] as SamplingParams[]) {
      const { tokenIds } = sampler.distribution(row, { epsilonCutoff: 0.9, chain, ...params });
      expect([...tokenIds]).toEqual([0, 1]);
    }
  },
);
