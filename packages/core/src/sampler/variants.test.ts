/** The SIMD build against the scalar build, bit for bit: tokens, log-probabilities, ranks, distributions. */
import fc from "fast-check";
import { expect, it, vi } from "vitest";
import type { SamplingParams } from "../params/samplingParams.ts";
import { samplerNames } from "../samplers/table.ts";
import { cases, timeoutMs } from "../testing/cases.ts";
import { createKernels } from "../testing/createKernels.ts";
import { drawOf, rowOf, rowRecipe } from "../testing/generatedRow.ts";
import { paramsOf } from "../testing/parameterGenerators.ts";
import { rowIn } from "../testing/widths.ts";
import { SampleError } from "../records/sampleResult.ts";
import { createSampler } from "./sampler.ts";
import type { Draw, Sampler } from "./types.ts";

vi.setConfig({ testTimeout: timeoutMs });

/** Around vectors, blocks of 64 and rows padded to 256; an odd one; a real vocabulary. */
const sizes = [1, 63, 64, 65, 255, 256, 257, 1283, 50257];
const dtypes = ["f32", "f16", "bf16"] as const;
const kinds = sizes.flatMap((vocabSize) => dtypes.map((dtype) => ({ vocabSize, dtype })));
const stageNames = [...samplerNames];

/** All that a row gives, numbers as bits. */
function outcomeOf(sampler: Sampler, row: Float32Array | Uint16Array, params: SamplingParams, draw: Draw): unknown {
  const outcome: unknown[] = [];
  try {
    for (const logprobsMode of ["raw", "processed"] as const) {
      for (let position = 0; position < 4; position++) {
        const result = sampler.sample(row, { ...params, logprobs: 5, logprobsMode }, { ...draw, position });
        outcome.push(result.tokenId, result.rank, result.keptCount, result.topCount, ...result.topTokenIds);
        outcome.push(...bitsOf([result.logprob]), ...bitsOf(result.topLogprobs));
      }
      outcome.push(sampler.sample(row, params, draw).tokenId);
    }
    const { tokenIds, probs } = sampler.distribution(row, params, draw);
    outcome.push(tokenIds, bitsOf(probs));
  } catch (error) {
    if (!(error instanceof SampleError)) throw error;
    outcome.push(error.code);
  }
  return outcome;
}

const bitsOf = (values: ArrayLike<number>): BigUint64Array => new BigUint64Array(Float64Array.from(values).buffer);

it.each(kinds)("$vocabSize tokens in $dtype: both builds give the same bits", async ({ vocabSize, dtype }) => {
  const scalar = await createSampler({ vocabSize, dtype, variant: "scalar", maxLogprobs: 5, maxHistory: 64 });
  const simd = await createSampler({ vocabSize, dtype, variant: "simd", maxLogprobs: 5, maxHistory: 64 });
  const generated = fc.subarray(stageNames, { maxLength: 4 }).chain((names) =>
    fc.record({
      params: paramsOf(names, vocabSize),
      recipe: rowRecipe,
      draw: drawOf(vocabSize),
    }),
  );
  fc.assert(
    fc.property(generated, ({ params, recipe, draw }) => {
      const { row } = rowIn(dtype, rowOf(recipe, vocabSize));
      expect(outcomeOf(simd, row, params, draw)).toEqual(outcomeOf(scalar, row, params, draw));
    }),
    { ...cases(vocabSize > 10_000 ? 8 : 60), endOnFailure: true },
  );
});

it.each(["f16", "bf16"] as const)("rows in %s give the same bits as the same rows in f32", async (dtype) => {
  const vocabSize = 1283;
  const narrow = await createSampler({ vocabSize, dtype, maxLogprobs: 5 });
  const wide = await createSampler({ vocabSize, maxLogprobs: 5 });
  const chains: SamplingParams[] = [
    { mirostat: 2 },
    ...[{}, { epsilonCutoff: 0.001, temperature: 0.7 }, { topK: 7 }, { topK: 500, topP: 0.9 }],
    ...[{ minK: true }, { topNSigma: 1 }, { typicalP: 0.9 }, { topP: 0.8 }, { topH: 0.4 }],
    // so hot that what is infinite is not the only thing that weighs next to nothing
    ...[{ temperature: 1e4 }, { temperature: 1e4, topP: 0.8 }, { temperature: 1e4, epsilonCutoff: 0.0001 }],
  ];
  fc.assert(
    fc.property(rowRecipe, fc.constantFrom(...chains), drawOf(vocabSize), (recipe, params, draw) => {
      const { row, values } = rowIn(dtype, rowOf(recipe, vocabSize));
      expect(outcomeOf(narrow, row, params, draw)).toEqual(outcomeOf(wide, values, params, draw));
    }),
    { ...cases(200), endOnFailure: true },
  );
});

it("read_row gives the same largest element in both builds", async () => {
  const simd = await createKernels("simd");
  const scalar = await createKernels("scalar");
  for (const [kind, seed] of [
    ["gaussian", 1],
    ["peaked", 2],
    ["ties", 3],
  ] as const) {
    const row = rowOf({ kind, seed, scale: 3, offset: -20, masked: 0.5 }, 2048);
    for (const { memory } of [simd, scalar]) new Float32Array(memory.buffer, 1024, 2048).set(row);
    expect(simd.kernels.read_row(1024, 2048)).toBe(scalar.kernels.read_row(1024, 2048));
    expect(simd.kernels.read_row(1024, 2048)).toBe(row.reduce((a, b) => Math.max(a, b), -Infinity));
  }
});

it("a typical draw from equal logits at the least temperature is the same in both builds", async () => {
  const builds = await Promise.all(
    ["simd" as const, "scalar" as const].map((variant) => createSampler({ vocabSize: 3, variant })),
  );
  for (let seed = 0; seed < 100; seed++) {
    const [simd, scalar] = builds.map((sampler) =>
      sampler.sample(new Float32Array(3), { typicalP: 0.7, temperature: Number.MIN_VALUE }, { seed }),
    );
    expect(scalar).toEqual(simd);
  }
});
