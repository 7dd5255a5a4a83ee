/** KGW hashes few tokens of a row where what comes behind it reads few: the draw is that of a row with all tokens hashed. */
import { expect, it } from "vitest";
import type { SamplingParams } from "../params/samplingParams.ts";
import { createSampler } from "../sampler/sampler.ts";
import { rowOf, variedRows } from "../testing/generatedRow.ts";
import { rowIn } from "../testing/widths.ts";

const params: SamplingParams[] = [
  { kgwDelta: 2 },
  { kgwDelta: 0.3, kgwGamma: 0.5, temperature: 0.7 },
  { kgwDelta: 1e-9, kgwGamma: 0.9 },
  { kgwDelta: 5, kgwKey: 2 ** 53 - 1, kgwContext: 3 },
  { kgwDelta: 100, kgwGamma: 0.001 },
  { kgwDelta: 2, minP: 0.05, temperature: 1.3 },
  { kgwDelta: 9, minP: 0.5, kgwGamma: 0.02 },
  // what it raises is lower than the row that came
  { kgwDelta: 1, minP: 0.2, repetitionPenalty: 3, frequencyPenalty: 2, logitBias: { 5: -100, 70: 4 } },
  { kgwDelta: 3, topK: 20 },
  { chain: ["kgw", "minP", "topK"], kgwDelta: 2, minP: 0.02, topK: 12 },
  { kgwDelta: 3, topP: 0.8, temperature: 0.6 },
  { kgwDelta: 2, topP: 0.5, minP: 0.01 },
  { chain: ["temperature", "topP", "kgw", "minP"], kgwDelta: 4, topP: 0.95, minP: 0.1 },
  { chain: ["kgw", "logitBias", "temperature"], kgwDelta: 4, logitBias: { 3: 12, 300: -3 } },
];

const size = 20_001;
const history = [5, 3, 70, 5, 9, 300, 7, 5, 12_000];

async function samplers(dtype?: "f16" | "bf16") {
  const options = { vocabSize: size, maxLogprobs: 0, ...(dtype && { dtype }) };
  return {
    simd: await createSampler(options),
    // it hashes all
    scalar: await createSampler({ ...options, variant: "scalar" }),
  };
}

it("draws the same with few tokens hashed as with all", async () => {
  const { simd, scalar } = await samplers();
  const drawn = new Set<number>();
  for (const { recipe, row } of variedRows(7, size)) {
    for (const settings of params) {
      for (let position = 0; position < 8; position++) {
        const draw = { position, history: [...history, position], promptLength: 2 };
        const { tokenId } = simd.sample(row, settings, draw);
        const at = { recipe, settings, position };
        expect({ ...at, tokenId }).toEqual({ ...at, tokenId: scalar.sample(row, settings, draw).tokenId });
        drawn.add(tokenId);
      }
    }
  }
  expect(drawn.size).toBeGreaterThan(900);
});

it.each(["f16", "bf16"] as const)(
  "draws the same from %s rows, and under masks of many and of few tokens",
  async (dtype) => {
    const { simd, scalar } = await samplers(dtype);
    const { row } = rowIn(dtype, rowOf({ kind: "peaked", seed: 3, scale: 2.5, offset: -4, masked: 0 }, size));
    const words = Math.ceil(size / 32);
    const half = new Uint32Array(words).fill(0x0ff0f0f3);
    const few = Uint32Array.from({ length: words }, (_, i) => (i % 200 === 7 ? 0x8001 : 0));
    for (const tokenMask of [undefined, half, few]) {
      for (const settings of params) {
        for (let position = 0; position < 8; position++) {
          const draw = { position, history, ...(tokenMask && { tokenMask }) };
          const tokenIds = [simd, scalar].map((sampler) => sampler.sample(row, settings, draw).tokenId);
          expect([settings, position, tokenIds[0]]).toEqual([settings, position, tokenIds[1]]);
        }
      }
    }
  },
);
