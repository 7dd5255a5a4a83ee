/** Rows of any bits: a token that can be drawn, or an error that names the reason; never a trap. */
import { assert, describe, expect, it, vi } from "vitest";
import fc from "fast-check";
import { samplerNames } from "../samplers/table.ts";
import { cases, timeoutMs } from "../testing/cases.ts";
import { variants } from "../testing/createKernels.ts";
import { drawOf } from "../testing/generatedRow.ts";
import { paramsOf } from "../testing/parameterGenerators.ts";
import { seededRandom } from "../testing/random.ts";
import { widen } from "../testing/widths.ts";
import { SampleError, type SampleResult } from "../records/sampleResult.ts";
import { createSampler } from "./sampler.ts";

vi.setConfig({ testTimeout: timeoutMs });

const vocabSize = 300;
const kinds = variants.flatMap((variant) => (["f32", "f16", "bf16"] as const).map((dtype) => ({ variant, dtype })));

type Specials = "none" | "infinity" | "any";

/** Random words; unless `any`, infinities and NaNs are turned into others (but for one +Infinity); `masked` of all into −Infinity. */
function anyWords(seed: number, dtype: "f32" | "f16" | "bf16", specials: Specials, masked: number): Uint32Array {
  const random = seededRandom(seed);
  const exponent = { f32: 0x7f800000, f16: 0x7c00, bf16: 0x7f80 }[dtype];
  const negativeInfinity = { f32: 0xff800000, f16: 0xfc00, bf16: 0xff80 }[dtype];
  const infiniteId = specials === "infinity" ? seed % vocabSize : -1;
  return Uint32Array.from({ length: vocabSize }, (_, id) => {
    if (id === infiniteId) return exponent;
    const word = Math.floor(random() * (dtype === "f32" ? 2 ** 32 : 2 ** 16));
    if (random() < masked) return negativeInfinity;
    return specials !== "any" && (word & exponent) >>> 0 === exponent ? (word ^ (exponent & -exponent)) >>> 0 : word;
  });
}

function outcomeOf(sample: () => SampleResult): SampleResult | SampleError {
  try {
    return sample();
  } catch (error) {
    if (error instanceof SampleError) return error;
    throw error;
  }
}

describe.each(kinds)("any bits, $variant build, $dtype", ({ variant, dtype }) => {
  it("give a drawable token, or an error of the row", async () => {
    const sampler = await createSampler({ vocabSize, dtype, variant, maxHistory: 64 });
    const bits = dtype === "f32" ? new Uint32Array(sampler.row.buffer, sampler.row.byteOffset, vocabSize) : sampler.row;
    const valueAt = (id: number): number => (dtype === "f32" ? sampler.row[id]! : widen(sampler.row[id]!, dtype));
    const stageNames = [...samplerNames];
    const generated = fc.subarray(stageNames, { maxLength: 6 }).chain((names) =>
      fc.record({
        params: paramsOf(names, vocabSize),
        draw: drawOf(vocabSize),
        seed: fc.nat(),
        specials: fc.constantFrom<Specials[]>("none", "none", "infinity", "any"),
        masked: fc.constantFrom(0, 0.5, 0.99, 1),
        logprobs: fc.constantFrom(undefined, 0, 20),
        mode: fc.constantFrom("raw", "processed"),
      }),
    );
    const counts: Record<string, number> = {};
    fc.assert(
      fc.property(generated, ({ params, draw, seed, specials, masked, logprobs, mode }) => {
        const words = anyWords(seed, dtype, specials, masked);
        bits.set(words);
        const values = Array.from(words, (_, id) => valueAt(id));
        const full = logprobs === undefined ? params : { ...params, logprobs, logprobsMode: mode };
        const outcome = outcomeOf(() => sampler.sample(undefined, full, draw));
        const code = outcome instanceof SampleError ? outcome.code : "tokens";
        counts[code] = (counts[code] ?? 0) + 1;
        if (outcome instanceof SampleError) {
          const nan = values.findIndex(Number.isNaN);
          const infinite = values.indexOf(Infinity);
          const reason = nan >= 0 ? "nan_logits" : infinite >= 0 ? "positive_infinity_logits" : "all_tokens_masked";
          assert.equal(code, reason);
          assert.ok(nan < 0 || outcome.message.endsWith(`NaN at index ${nan}`));
        } else {
          const { tokenId, rank, logprob } = outcome;
          assert.ok(values[tokenId]! > -Infinity);
          assert.ok(logprobs === undefined || (rank >= 1 && rank <= vocabSize && logprob <= 1e-6));
          const { tokenIds, probs } = sampler.distribution(undefined, params, draw);
          assert.ok(probs[tokenIds.indexOf(tokenId)]! > 0);
          assert.closeTo(
            probs.reduce((sum, p) => sum + p, 0),
            1,
            1e-9,
          );
        }
        expect(Array.from(bits), "the row is left as it was").toEqual(Array.from(words));
      }),
      cases(400),
    );
    expect(Object.keys(counts).sort()).toEqual([
      "all_tokens_masked",
      "nan_logits",
      "positive_infinity_logits",
      "tokens",
    ]);
  });
});
