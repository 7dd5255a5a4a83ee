/** Settings at the end of their ranges on rows where the naive formula over- or underflows. */
import { describe, expect, it } from "vitest";
import type { SamplingParams } from "../params/samplingParams.ts";
import { createSampler } from "../sampler/sampler.ts";

async function keptBy(logits: readonly number[], params: SamplingParams): Promise<[number, number][]> {
  const sampler = await createSampler({ vocabSize: logits.length });
  // what an earlier row left in scratch must not show
  sampler.distribution(
    Array.from(logits, (_, id) => id),
    { temperature: 0.5 },
  );
  const { tokenIds, probs } = sampler.distribution(logits, params);
  return Array.from(tokenIds, (id, i) => [id, probs[i]!]);
}

describe("topP keeps the largest token", () => {
  it("where 60 nats round to nothing beside the logits", async () => {
    expect(await keptBy([1e30, 3e30, 2e30], { topP: 0.9 })).toEqual([[1, 1]]);
    expect(await keptBy([-3e30, -2e30, -1e30], { topP: 0.9 })).toEqual([[2, 1]]);
  });

  it("where the temperature makes them round to nothing", async () => {
    expect(await keptBy([1, 3, 2], { temperature: 1e-30, topP: 0.9 })).toEqual([[1, 1]]);
    expect(await keptBy([3, 3, 2], { temperature: 1e-30, topP: 0.9 })).toEqual([
      [0, 0.5],
      [1, 0.5],
    ]);
  });
});

it("minP takes subnormal shares: ln 5e-324 is -744.4", async () => {
  const kept = await keptBy([0, -744, -745], { minP: 5e-324 });
  expect(kept.map(([id]) => id)).toEqual([0, 1]);
});

it("smoothing gives no NaN where its cubic overflows", async () => {
  const params: SamplingParams = { temperature: 1e-300, smoothingFactor: 1, smoothingCurve: 3 };
  expect(await keptBy([-1e30, 2e30, 1e30], params)).toEqual([
    [1, 1],
    [0, 0],
    [2, 0],
  ]);
});

it("entropy-based cuts give no NaN at the least temperature", async () => {
  for (const cut of [{ etaCutoff: 0.5 }, { topH: 0.5 }, { typicalP: 0.5 }]) {
    const kept = await keptBy([-1e30, 2e30, 1e30], { temperature: Number.MIN_VALUE, ...cut });
    expect(kept.filter(([, prob]) => prob !== 0)).toEqual([[1, 1]]);
  }
});

it("top-p draws evenly from its half at a temperature that no f32 can divide by", async () => {
  const sampler = await createSampler({ vocabSize: 100 });
  sampler.row.set(Float32Array.from({ length: 100 }, (_, id) => id));
  const plan = sampler.compile({ temperature: 1e50, topP: 0.5 });
  const counts = new Int32Array(100);
  for (let position = 0; position < 20_000; position++)
    counts[sampler.sample(undefined, plan, { position }).tokenId]!++;
  // the largest 50; 400 expected each, standard deviation 20
  expect(counts.slice(0, 50)).toEqual(new Int32Array(50));
  expect(Math.min(...counts.slice(50))).toBeGreaterThan(300);
});
