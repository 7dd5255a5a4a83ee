import { describe, expect, it } from "vitest";
import type { KernelVariant } from "../instantiate.ts";
import { createSampler } from "./sampler.ts";

describe.each<KernelVariant>(["simd", "scalar"])("guide, %s", (variant) => {
  const logSoftmax = (row: number[]): number[] => {
    const total = row.reduce((sum, x) => sum + Math.exp(x), 0);
    return row.map((x) => x - Math.log(total));
  };

  it("writes u + scale·(c − u) of the log-softmaxes, within 1e-5", async () => {
    for (const vocabSize of [1, 5, 255, 1000]) {
      const sampler = await createSampler({ vocabSize, variant });
      const conditional = Array.from({ length: vocabSize }, (_, i) => Math.fround(3 * Math.sin(i * 1.7)));
      const unconditional = Array.from({ length: vocabSize }, (_, i) => Math.fround(2 * Math.cos(i * 0.9)));
      const [c, u] = [logSoftmax(conditional), logSoftmax(unconditional)];
      for (const scale of [0, 1, 1.5, 7]) {
        sampler.guide(conditional, unconditional, scale);
        sampler.row.forEach((x, i) => expect(Math.abs(x - (u[i]! + scale * (c[i]! - u[i]!)))).toBeLessThan(1e-5));
      }
    }
  });

  it("scale 1 samples as the conditional row does, scale 0 as the unconditional one", async () => {
    const sampler = await createSampler({ vocabSize: 4, variant });
    const conditional = [0.1, 0.2, 0.3, 0.4].map(Math.log);
    const unconditional = [0.7, 0.1, 0.1, 0.1].map(Math.log);
    for (const [scale, row] of [
      [1, conditional],
      [0, unconditional],
    ] as const) {
      sampler.guide(conditional, unconditional, scale);
      const guided = sampler.distribution(undefined, {});
      const plain = sampler.distribution(row, {});
      expect(guided.tokenIds).toEqual(plain.tokenIds);
      guided.probs.forEach((p, i) => expect(p).toBeCloseTo(plain.probs[i]!, 6));
    }
  });

  it("scale 2 squares the ratio: p ∝ c²/u", async () => {
    const sampler = await createSampler({ vocabSize: 3, variant });
    sampler.guide([0.5, 0.3, 0.2].map(Math.log), [0.2, 0.3, 0.5].map(Math.log), 2);
    const weights = [0.25 / 0.2, 0.09 / 0.3, 0.04 / 0.5];
    const total = weights.reduce((a, b) => a + b, 0);
    const { tokenIds, probs } = sampler.distribution(undefined, {});
    tokenIds.forEach((id, i) => expect(probs[i]).toBeCloseTo(weights[id]! / total, 6));
  });

  it("bans what either row bans, and keeps overflow finite", async () => {
    const sampler = await createSampler({ vocabSize: 4, variant });
    sampler.guide([-Infinity, 1, 0, 3e38], [0, -Infinity, 0, -3e38], 3);
    expect([...sampler.row].map(Number.isFinite)).toEqual([false, false, true, true]);
    expect([...sampler.distribution(undefined, {}).tokenIds]).toEqual([3, 2]);
  });

  it("logits of 1e30 do not swallow the logarithm", async () => {
    const sampler = await createSampler({ vocabSize: 2, variant });
    sampler.guide([1e30, 1e30], [1e16, 1e16], 1.5);
    for (const x of sampler.row) expect(Math.abs(x + Math.LN2)).toBeLessThan(1e-6);
  });

  it("refuses rows without a law, wrong lengths, scales and dtypes", async () => {
    const sampler = await createSampler({ vocabSize: 2, variant });
    expect(() => sampler.guide([0, Number.NaN], [0, 0], 1)).toThrow(expect.objectContaining({ code: "nan_logits" }));
    expect(() => sampler.guide([0, 0], [0, Infinity], 1)).toThrow(
      expect.objectContaining({ code: "positive_infinity_logits" }),
    );
    expect(() => sampler.guide([0, 0], [-Infinity, -Infinity], 1)).toThrow(
      expect.objectContaining({ code: "all_tokens_masked" }),
    );
    expect(() => sampler.guide([0], [0, 0], 1)).toThrow(`"conditional" expected 2 elements (vocabSize), got 1`);
    expect(() => sampler.guide([0, 0], [0, 0], -1)).toThrow(`"scale" expected number ≥ 0, finite, got -1`);
    const half = await createSampler({ vocabSize: 2, dtype: "f16", variant });
    expect(() => half.guide([0, 0], [0, 0], 1)).toThrow(`"dtype" expected f32 for guidance, got "f16"`);
  });
});
