/** Top-p of a dense row, which draws from all of it first: that token is kept if the mass above it is below p·Z, by f64 sums. */
import { expect, it } from "vitest";
import type { SamplingParams } from "../params/samplingParams.ts";
import { createSampler } from "../sampler/sampler.ts";
import { variants } from "../testing/createKernels.ts";
import { rowOf } from "../testing/generatedRow.ts";
import { rowIn } from "../testing/widths.ts";

const size = 5_000;
const kinds = variants.flatMap((variant) => (["f32", "f16", "bf16"] as const).map((dtype) => ({ variant, dtype })));

/** What comes before top-p: nothing, or a cut. */
const before: SamplingParams[] = [{ chain: ["topP"] }, { minP: 0.001, chain: ["minP", "topP"] }];
/** How far p lies above or below the share of what is above the token. */
const margins = [0.3, 0.03, 1e-3, 1e-5, 1e-7, -1e-7, -1e-5, -1e-3, -0.03, -0.3];

it.each(kinds)(
  "a token at the edge of p is kept or not as f64 sums say, $variant, $dtype",
  async ({ variant, dtype }) => {
    const sampler = await createSampler({ vocabSize: size, dtype, variant });
    let checked = 0;
    for (const [kind, scale] of [
      ["gaussian", 1],
      ["gaussian", 4],
      ["peaked", 2.5],
      ["ties", 1],
      ["line", 40],
    ] as const) {
      const { row, values } = rowIn(dtype, rowOf({ kind, seed: 5, scale, offset: 3, masked: 0.1 }, size));
      for (const params of before) {
        for (let position = 0; position < 24; position++) {
          const whole = sampler.sample(row, { ...params, topP: 1 }, { position }).tokenId;
          const share = shareAbove(whole, values, params.minP ?? 0);
          for (const margin of margins) {
            const topP = share * (1 + margin);
            if (!(topP > 0 && topP < 1)) continue;
            const { tokenId } = sampler.sample(row, { ...params, topP }, { position });
            expect({ kind, position, margin, kept: tokenId === whole }).toEqual({
              kind,
              position,
              margin,
              kept: margin > 0,
            });
            checked++;
            if (position % 4 > 0) continue;
            // the same token, and the share of the same nucleus
            const processed = { logprobs: 0, logprobsMode: "processed" } as const;
            const drawn = sampler.sample(row, { ...params, ...processed, topP }, { position });
            expect(drawn.tokenId).toBe(tokenId);
            expect(drawn.logprob).toBeCloseTo(logprobOf(tokenId, values, params.minP ?? 0, topP), 10);
          }
        }
      }
    }
    expect(checked).toBeGreaterThan(1_000);
  },
);

/** Share of what is above the token, equals of a lower id included, of what has at least `minP` of the largest probability. */
function shareAbove(tokenId: number, values: Float32Array, minP: number): number {
  const largest = values.reduce((a, b) => Math.max(a, b));
  const logit = values[tokenId]!;
  let above = 0;
  let total = 0;
  values.forEach((x, id) => {
    const weight = Math.exp(x - largest);
    if (weight < minP) return;
    total += weight;
    if (x > logit || (x === logit && id < tokenId)) above += weight;
  });
  return above / total;
}

/** Log-probability of the token in the nucleus of mass `topP` of what has at least `minP` of the largest probability. */
function logprobOf(tokenId: number, values: Float32Array, minP: number, topP: number): number {
  const largest = values.reduce((a, b) => Math.max(a, b));
  const exponents = [...values].map((x) => x - largest).sort((a, b) => b - a);
  const kept = exponents.map(Math.exp).filter((weight) => weight >= minP);
  const target = topP * kept.reduce((a, b) => a + b);
  let mass = 0;
  for (const weight of kept) {
    if (mass >= target) break;
    mass += weight;
  }
  return values[tokenId]! - largest - Math.log(mass);
}
