/** Cuts of a dense row that brackets or its largest tokens decide keep what f64 sums over the sorted list keep. */
import { expect, it } from "vitest";
import type { SamplingParams } from "../params/samplingParams.ts";
import { createSampler } from "../sampler/sampler.ts";
import type { SamplerName } from "./table.ts";
import { variants } from "../testing/createKernels.ts";
import { rowOf } from "../testing/generatedRow.ts";
import { rowIn } from "../testing/widths.ts";

const size = 5_000;

/** Each with the state that it starts from. */
const cuts: [SamplingParams, number][] = [
  [{ pLess: true }, 0],
  [{ mirostat: 2 }, 4],
  [{ mirostat: 2, temperature: 1.7 }, 9],
  [{ mirostat: 1 }, 4],
  [{ mirostat: 1 }, 12],
  [{ mirostat: 1, temperature: 0.6 }, 9],
  [{ topH: 0.4 }, 0],
  [{ topH: 0.8, temperature: 1.5 }, 0],
  [{ tailFree: 0.95 }, 0],
  [{ tailFree: 0.3, temperature: 2 }, 0],
  [{ epsilonCutoff: 0.001 }, 0],
  [{ etaCutoff: 3e-4 }, 0],
  [{ etaCutoff: 1e-7, temperature: 0.5 }, 0],
  [{ topA: 0.1 }, 0],
  [{ topNSigma: 1 }, 0],
  [{ minK: true }, 0],
  [{ xtcProbability: 1, xtcThreshold: 0.02 }, 0],
];

it.each(variants)("cuts keep the same of a row and of its list, %s kernels", async (variant) => {
  const sampler = await createSampler({ vocabSize: size, variant });
  let kept = 0;
  for (const kind of ["gaussian", "ties", "peaked", "line", "equal"] as const) {
    for (const [scale, masked] of [
      [0.01, 0.1],
      [2.5, 0.1],
      [1, 0.98],
      [1e4, 0.1],
    ] as const) {
      const row = rowOf({ kind, seed: 7, scale, offset: 3, masked }, size);
      for (const [params, mu] of cuts) {
        const state = [mu, 0, 0, 0];
        const dense = sampler.distribution(row, params, { state });
        // keeps everything, but leaves a list
        const list = sampler.distribution(row, { ...params, topK: size, chain: chainOf(params) }, { state });
        expect({ kind, scale, masked, params, ...dense }).toEqual({ kind, scale, masked, params, ...list });
        kept += dense.tokenIds.length;
      }
    }
  }
  expect(kept).toBeGreaterThan(size);
});

it.each([
  ...variants.map((variant) => ({ variant, dtype: "f32" as const })),
  { variant: "simd", dtype: "f16" } as const,
  { variant: "simd", dtype: "bf16" } as const,
])("a dynamic temperature by a bracket draws what the exact one does, $variant kernels, $dtype", async (options) => {
  const sampler = await createSampler({ vocabSize: size, maxLogprobs: 0, ...options });
  const drawn = new Set<number>();
  for (const kind of ["gaussian", "ties", "peaked", "line", "equal"] as const) {
    for (const [scale, masked] of [
      [0.01, 0.1],
      [2.5, 0],
      [2.5, 0.1],
      [40, 0.1],
    ] as const) {
      const { row } = rowIn(options.dtype, rowOf({ kind, seed: 7, scale, offset: 3, masked }, size));
      for (const params of [
        { temperature: 1, dynatempRange: 0.5 },
        { temperature: 0.7, dynatempRange: 0.7, dynatempExponent: 3 },
        { temperature: 1.2, dynatempRange: 0.8, minP: 0.02 },
      ] satisfies SamplingParams[]) {
        for (let position = 0; position < 40; position++) {
          const { tokenId } = sampler.sample(row, params, { position });
          // these need the exact temperature
          const exact = sampler.sample(row, { ...params, logprobs: 0, logprobsMode: "processed" }, { position });
          expect({ kind, scale, params, position, tokenId }).toEqual({
            kind,
            scale,
            params,
            position,
            tokenId: exact.tokenId,
          });
          drawn.add(tokenId);
        }
      }
    }
  }
  expect(drawn.size).toBeGreaterThan(300);
});

/** Temperature, all of the row as a list, then the cut. */
function chainOf(params: SamplingParams): SamplerName[] {
  const cut = Object.keys(params).find((name) => name !== "temperature")!;
  return ["temperature", "topK", (cut === "xtcProbability" || cut === "xtcThreshold" ? "xtc" : cut) as SamplerName];
}

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
