/** A token mask does what −Infinity in the row would do, bit for bit, and leaves the row as it came. */
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { RowDtype } from "@tokenmill/contracts";
import { variants } from "../testing/createKernels.ts";
import { drawOf, rowOf, rowRecipe } from "../testing/generatedRow.ts";
import { paramsOf } from "../testing/parameterGenerators.ts";
import { seededRandom } from "../testing/random.ts";
import { samplerNames } from "../samplers/table.ts";
import { negativeInfinity } from "../records/row.ts";
import { SampleError } from "../records/sampleResult.ts";
import { createSampler } from "./sampler.ts";
import type { Sampler } from "./types.ts";

const sizes = [1, 31, 32, 33, 64, 257, 1000] as const;
const dtypes: readonly RowDtype[] = ["f32", "f16", "bf16"];

/** Each token allowed with that probability; bits behind the vocabulary are 1, which must not matter. */
function maskOf(size: number, density: number, seed: number): Int32Array {
  const random = seededRandom(seed);
  const mask = new Int32Array(Math.ceil(size / 32)).fill(-1);
  for (let id = 0; id < size; id++) if (random() >= density) mask[id >> 5]! &= ~(1 << (id & 31));
  return mask;
}

const isAllowed = (mask: Int32Array, id: number): boolean => ((mask[id >> 5]! >> (id & 31)) & 1) === 1;

function outcome(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    if (error instanceof SampleError) return error.code;
    throw error;
  }
}

const isUncounted = (x: unknown): boolean =>
  typeof x === "object" && x !== null && "keptCount" in x && x.keptCount === -1;

describe.each(variants)("%s kernels", (variant) => {
  const samplers = new Map<string, Sampler>();
  beforeAll(async () => {
    for (const size of sizes) {
      for (const dtype of dtypes) {
        samplers.set(`${size} ${dtype}`, await createSampler({ vocabSize: size, dtype, variant, maxHistory: 64 }));
      }
    }
  });

  it("a mask equals a masked row in what is left, its probabilities, and draws from what cuts left", () => {
    const cases = fc.constantFrom(...sizes).chain((size) =>
      fc.record({
        size: fc.constant(size),
        recipe: rowRecipe,
        dtype: fc.constantFrom(...dtypes),
        density: fc.constantFrom(0, 0.002, 0.02, 0.05, 0.5, 0.98, 1),
        params: paramsOf(samplerNames, size),
        isProcessed: fc.boolean(),
        draw: drawOf(size),
      }),
    );
    fc.assert(
      fc.property(cases, ({ size, recipe, dtype, density, params, isProcessed, draw }) => {
        const sampler = samplers.get(`${size} ${dtype}`)!;
        const tokenMask = maskOf(size, density, recipe.seed);
        const logits = rowOf(recipe, size);
        const bits = new Uint32Array(logits.buffer);
        // any finite pattern will do for 16-bit rows
        sampler.row.set(dtype === "f32" ? logits : Uint16Array.from(bits, (x) => (x >>> 16) & 0xbbff));
        const row = sampler.row.slice();
        const plan = sampler.compile(isProcessed ? { ...params, logprobs: 3, logprobsMode: "processed" } : params);
        const masked = { ...draw, tokenMask };
        const drawn = outcome(() => sampler.sample(undefined, plan, masked));
        const left = outcome(() => sampler.distribution(undefined, plan, masked));
        expect(sampler.row).toEqual(row);
        for (let id = 0; id < size; id++) if (!isAllowed(tokenMask, id)) sampler.row[id] = negativeInfinity[dtype];
        expect(left).toEqual(outcome(() => sampler.distribution(undefined, plan, draw)));
        const expected = outcome(() => sampler.sample(undefined, plan, draw));
        // few allowed tokens are drawn from a list, the same tokens of an uncut row are not: one law, other draws
        expect(isUncounted(expected) ? expected : drawn).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it.each([0.01, 0.5])("raw log-probabilities are those of the row as it came, density %d", (density) => {
    const sampler = samplers.get("1000 f32")!;
    const logits = rowOf({ kind: "gaussian", seed: 5, scale: 2.5, offset: 0, masked: 0 }, 1000);
    const tokenMask = maskOf(1000, density, 9);
    const plain = sampler.sample(logits, { logprobs: 5 });
    for (let seed = 0; seed < 20; seed++) {
      const drawn = sampler.sample(logits, { logprobs: 5, seed }, { tokenMask });
      expect(isAllowed(tokenMask, drawn.tokenId)).toBe(true);
      expect(drawn.topTokenIds).toEqual(plain.topTokenIds);
      expect(drawn.topLogprobs).toEqual(plain.topLogprobs);
    }
  });

  it("fails for NaN outside the mask, for nothing allowed, and for a mask of another size", () => {
    const sampler = samplers.get("33 f32")!;
    const logits = new Float32Array(33);
    const tokenMask = new Int32Array(2);
    expect(() => sampler.sample(logits, {}, { tokenMask })).toThrow("no token can be drawn");
    tokenMask[0] = 1;
    expect(sampler.sample(logits, {}, { tokenMask }).tokenId).toBe(0);
    logits[7] = Number.NaN;
    expect(() => sampler.sample(logits, {}, { tokenMask })).toThrow("NaN at index 7");
    expect(() => sampler.sample(logits, {}, { tokenMask: new Int32Array(3) })).toThrow(
      new RangeError('"tokenMask" expected 2 elements (32 bits each), got 3'),
    );
  });
});
