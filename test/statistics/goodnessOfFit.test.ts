import type { SamplingParams } from "@tokenmill/core";
import { describe, expect, it, vi } from "vitest";
import { createDrawer } from "./drawer.ts";
import { crowd, lawOf } from "./laws.ts";
import { fit, level, totalVariation } from "./significance.ts";

vi.setConfig({ testTimeout: 120_000 });

const million = 1_000_000;
const fewer = 300_000;
const peaked = crowd(300, 2.5, 8);
const flat = crowd(300, 0.5, 0);
const ties = flat.map(Math.round);

const laws: { what: string; draws: number; row: Float32Array; params: SamplingParams }[] = [
  { what: "the full vocabulary, peaked", draws: million, row: peaked, params: {} },
  { what: "the full vocabulary, flat", draws: million, row: flat, params: {} },
  { what: "temperature 2", draws: fewer, row: peaked, params: { temperature: 2 } },
  { what: "top-k 40", draws: million, row: peaked, params: { topK: 40 } },
  { what: "top-p 0.9, peaked", draws: million, row: peaked, params: { topP: 0.9 } },
  { what: "top-p 0.9, flat", draws: million, row: flat, params: { topP: 0.9 } },
  { what: "top-p 0.3, flat", draws: fewer, row: flat, params: { topP: 0.3 } },
  { what: "top-p 0.6 among equals", draws: fewer, row: ties, params: { topP: 0.6 } },
  { what: "min-p 0.02", draws: million, row: peaked, params: { minP: 0.02, temperature: 1.5 } },
  {
    what: "min-p 0.3 then top-p 0.8 (vllm)",
    draws: fewer,
    row: flat,
    params: { profile: "vllm", minP: 0.3, topP: 0.8 },
  },
  {
    what: "top-n-sigma 3, top-p 0.5, min-p 0.1, then temperature 2 (llama.cpp)",
    draws: million,
    row: flat,
    params: { profile: "llama.cpp", topK: 0, topNSigma: 3, topP: 0.5, minP: 0.1, temperature: 2 },
  },
  {
    what: "top-p 0.6, min-p 0.3, then temperature 0.5, among equals (llama.cpp)",
    draws: fewer,
    row: ties,
    params: { profile: "llama.cpp", topK: 0, topP: 0.6, minP: 0.3, temperature: 0.5 },
  },
  { what: "llama.cpp's chain", draws: million, row: peaked, params: { profile: "llama.cpp" } },
  {
    what: "XTC half of the time, after top-k 40",
    draws: fewer,
    row: peaked,
    params: { topK: 40, xtcProbability: 0.5, xtcThreshold: 0.05 },
  },
];

describe("counts fit the law, and lie within its total variation", () => {
  it.each(laws)("$what: $draws draws", async ({ row, params, draws }) => {
    const law = lawOf(row, params);
    const counts = (await createDrawer(row, params)).count(draws);
    expect(fit(counts, law)).toBeGreaterThan(level);
    const { distance, bound } = totalVariation(counts, law);
    expect(distance).toBeLessThan(bound);
  });
});
