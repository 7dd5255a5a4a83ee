/** Adaptive-p on a dense row draws by bounds what it draws from the list of all tokens, and remembers the same. */
import { expect, it } from "vitest";
import type { SamplingParams } from "../params/samplingParams.ts";
import { createSampler } from "../sampler/sampler.ts";
import { variants } from "../testing/createKernels.ts";
import { rowOf, variedRows } from "../testing/generatedRow.ts";
import { rowIn } from "../testing/widths.ts";

const params: SamplingParams[] = [
  { adaptiveTarget: 0.5 },
  { adaptiveTarget: 0, adaptiveDecay: 0 },
  { adaptiveTarget: 1e-9, temperature: 0.3 },
  { adaptiveTarget: 0.03, adaptiveDecay: 0.5, temperature: 1.4 },
  { adaptiveTarget: 1, adaptiveDecay: 0.99 },
  { adaptiveTarget: 0.2, bannedTokenIds: [0, 64, 65] },
  { adaptiveTarget: 0.3, adaptiveDecay: 0.6, minP: 0.001 },
  // whose state needs the probability at the draw, though the row is whole again
  {
    chain: ["mirostat", "smoothing", "adaptiveP"],
    mirostat: 2,
    mirostatTau: 10,
    smoothingFactor: 0.1,
    adaptiveTarget: 0.3,
  },
];

it.each(variants)("adaptive-p draws the same by bounds and from a list, %s kernels", async (variant) => {
  const drawn = new Set<number>();
  for (const size of [70, 20_001]) {
    const sampler = await createSampler({ vocabSize: size, variant, maxLogprobs: 0 });
    for (const { recipe, row } of variedRows(size, size)) {
      for (const settings of params) {
        let state = sampler.compile(settings).initialState!;
        for (let position = 0; position < 4; position++) {
          const byBounds = sampler.sample(row, settings, { position, state });
          // these need the list
          const listed = { ...settings, logprobs: 0, logprobsMode: "processed" } as const;
          const exact = sampler.sample(row, listed, { position, state });
          const { tokenId, keptCount } = byBounds;
          const at = { size, recipe, settings, position };
          expect({ ...at, tokenId, keptCount, state: [...byBounds.state] }).toEqual({
            ...at,
            tokenId: exact.tokenId,
            keptCount: exact.keptCount,
            state: [...exact.state],
          });
          drawn.add(tokenId);
          state = [...exact.state];
        }
      }
    }
  }
  expect(drawn.size).toBeGreaterThan(150);
});

it.each(["f16", "bf16"] as const)("adaptive-p draws the same from %s rows, and under a mask", async (dtype) => {
  const size = 20_001;
  const sampler = await createSampler({ vocabSize: size, dtype, maxLogprobs: 0 });
  const { row } = rowIn(dtype, rowOf({ kind: "peaked", seed: 3, scale: 2.5, offset: -4, masked: 0.001 }, size));
  const half = new Uint32Array(Math.ceil(size / 32)).fill(0x0ff0f0f3);
  // so hot that what is infinite in f16 has to be told from what is not
  for (const temperature of [1, 900]) {
    for (const tokenMask of [undefined, half]) {
      for (let position = 0; position < 40; position++) {
        const draw = { position, ...(tokenMask && { tokenMask }) };
        const { tokenId, keptCount, state } = sampler.sample(row, { adaptiveTarget: 0.3, temperature }, draw);
        const listed = { adaptiveTarget: 0.3, temperature, logprobs: 0, logprobsMode: "processed" } as const;
        const exact = sampler.sample(row, listed, draw);
        expect([temperature, position, tokenId, keptCount, ...state]).toEqual([
          temperature,
          position,
          exact.tokenId,
          exact.keptCount,
          ...exact.state,
        ]);
      }
    }
  }
});
