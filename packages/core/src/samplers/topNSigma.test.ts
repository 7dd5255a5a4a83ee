/** Top-n-sigma has its sums taken while a row of 16 bits is scanned: what is not finite is found there too. */
import { expect, it } from "vitest";
import { createSampler } from "../sampler/sampler.ts";
import { rowOf } from "../testing/generatedRow.ts";
import { rowIn } from "../testing/widths.ts";

const size = 900;
const ids = [3, 300, 899];
const params = { topNSigma: 1.5 };

it.each([
  { dtype: "f16", nan: 0x7e00, infinity: 0x7c00, largest: 0x7bff },
  { dtype: "bf16", nan: 0x7fc0, infinity: 0x7f80, largest: 0x7f7f },
] as const)("of $dtype", async ({ dtype, nan, infinity, largest }) => {
  const simd = await createSampler({ vocabSize: size, dtype });
  const scalar = await createSampler({ vocabSize: size, dtype, variant: "scalar" });
  const { row } = rowIn(dtype, rowOf({ kind: "gaussian", seed: 5, scale: 2.5, offset: -20, masked: 0 }, size));
  const rowWith = (ids: readonly number[], bits: number): Uint16Array => {
    const changed = Uint16Array.from(row);
    for (const id of ids) changed[id] = bits;
    return changed;
  };
  for (const id of ids) {
    for (const sign of [0, 0x8000])
      expect(() => simd.sample(rowWith([id], nan | sign), params)).toThrow(`NaN at index ${id}`);
    expect(() => simd.sample(rowWith([id], infinity), params)).toThrow(`Infinity at index ${id}`);
    expect(() => simd.sample(rowWith([1, id], infinity | 0x8000).fill(nan, 600, 601), params)).toThrow(
      "NaN at index 600",
    );
  }
  const firstBlock = Array.from({ length: 64 }, (_, id) => id);
  for (const changed of [[], [300], ids, firstBlock]) {
    for (const bits of [infinity | 0x8000, largest, largest | 0x8000, 0, 0x8000]) {
      const kept = simd.distribution(rowWith(changed, bits), params);
      expect({ changed, bits, ...kept }).toEqual({
        changed,
        bits,
        ...scalar.distribution(rowWith(changed, bits), params),
      });
      for (let position = 0; position < 5; position++) {
        const [a, b] = [simd, scalar].map((sampler) => sampler.sample(rowWith(changed, bits), params, { position }));
        expect([changed, bits, a!.tokenId]).toEqual([changed, bits, b!.tokenId]);
      }
    }
  }
});
