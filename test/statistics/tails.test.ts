/**
 * Tokens far below the largest logit must come as often as they should. Rows have one head and so many tail tokens that
 * 30 hits and more are expected. A direct count reaches a gap of 18; beyond, draws are preselected by their uniforms: the
 * head comes first, so only a uniform above the head's share can give a tail token, and only such draws are sampled. The
 * first attempt at a dense row knows of the head's block of 64 only that it weighs 64 heads at most: its share is a 64th
 * of the tail's, and if it does not hit the head either, the second attempt decides.
 */
import { createSampler } from "@tokenmill/core";
import { describe, expect, it, vi } from "vitest";
import { createDrawer } from "./drawer.ts";
import { headAndTail } from "./laws.ts";
import { fit, hitRate, level } from "./significance.ts";

vi.setConfig({ testTimeout: 120_000 });

const tailProbability = (count: number, gap: number): number => {
  const mass = count * Math.exp(-gap);
  return mass / (1 + mass);
};

describe("tail tokens drawn directly", () => {
  it.each([
    { gap: 10, count: 1023, draws: 200_000 },
    { gap: 14, count: 16383, draws: 20_000 },
    { gap: 16, count: 65535, draws: 20_000 },
    { gap: 18, count: 131071, draws: 30_000 },
  ])("gap $gap: $count tokens, $draws draws", async ({ gap, count, draws }) => {
    const p = tailProbability(count, gap);
    expect(p * draws).toBeGreaterThan(30);
    const drawer = await createDrawer(headAndTail(count, gap), {});
    const eighths = new Float64Array(8);
    let hits = 0;
    for (let i = 0; i < draws; i++) {
      const id = drawer.draw(i, 1);
      if (id === 0) continue;
      hits++;
      eighths[Math.floor(((id - 1) * 8) / count)]!++;
    }
    expect(hitRate(hits, draws, p)).toBeGreaterThan(level);
    expect(fit(eighths, new Float64Array(8).fill(1 / 8))).toBeGreaterThan(level);
  });
});

describe("tail tokens among preselected draws", () => {
  it.each([
    { gap: 20, count: 2 ** 18 - 1, draws: 200_000, how: "dense", params: {} },
    { gap: 22, count: 2 ** 18 - 1, draws: 1_000_000, how: "dense", params: {} },
    { gap: 22, count: 2 ** 18 - 1, draws: 1_000_000, how: "list", params: { topK: 2 ** 20 } },
    { gap: 25, count: 2 ** 18 - 1, draws: 10_000_000, how: "dense", params: {} },
    { gap: 25, count: 2 ** 18 - 1, draws: 10_000_000, how: "list", params: { topK: 2 ** 20 } },
    { gap: 28, count: 2 ** 20 - 1, draws: 45_000_000, how: "dense", params: {} },
  ])("gap $gap, $how: $draws draws", async ({ gap, count, draws, how, params }) => {
    const p = tailProbability(count, gap);
    expect(p * draws).toBeGreaterThan(30);
    const drawer = await createDrawer(headAndTail(count, gap), params);
    // the cheap weights of a dense draw overestimate by up to 6.2 %
    const share = 1.1 * p;
    const canBeTail = (i: number): boolean =>
      how === "list"
        ? drawer.uniform(i, 2) >= 1 - share
        : drawer.uniform(i, 2) >= 1 - share / 64 || drawer.uniform(i, 2, 0, 0, 1) >= 1 - share;
    let hits = 0;
    let sampled = 0;
    for (let i = 0; i < draws; i++) {
      if (!canBeTail(i)) continue;
      sampled++;
      if (drawer.draw(i, 2) > 0) hits++;
    }
    expect(sampled).toBeGreaterThan(hits);
    expect(hitRate(hits, draws, p)).toBeGreaterThan(level);
    // draws that were not preselected give the head
    for (let i = 0; i < 100; i++) expect(canBeTail(i) || drawer.draw(i, 2) === 0).toBe(true);
  });
});

it.each([10, 20, 30, 40])("gap %i: the probability of a tail token is right to 1e-12", async (gap) => {
  const row = headAndTail(4095, gap);
  const sampler = await createSampler({ vocabSize: row.length });
  const total = 1 + 4095 * Math.exp(-gap);
  for (const params of [{}, { topK: 4096 }, { minP: 1e-30 }]) {
    const { tokenIds, probs } = sampler.distribution(row, params);
    expect(tokenIds.length).toBe(4096);
    expect(probs[0]! * total).toBeCloseTo(1, 12);
    expect((probs[4095]! * total) / Math.exp(-gap)).toBeCloseTo(1, 12);
  }
});
