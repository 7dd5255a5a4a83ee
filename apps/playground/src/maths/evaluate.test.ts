import { createSampler } from "@tokenmill/core";
import { expect, it } from "vitest";
import { Evaluator } from "./evaluate.ts";

it("tells a token that was cut from one whose probability is below all numbers", async () => {
  const sampler = await createSampler({ vocabSize: 4 });
  sampler.row.set([0, -1, -5, -Infinity]);
  const nothing = { history: [], promptLength: 0 };
  const { chains } = new Evaluator(sampler).evaluate([{ temperature: 0.001, topK: 2 }], nothing, 30);
  const steps = "steps" in chains[0]! ? chains[0].steps : [];
  expect(steps.map(({ keptCount, isKept, probs }) => [keptCount, isKept, probs.map((p) => p > 0)])).toEqual([
    [3, [true, true, true, false], [true, true, true, false]],
    [3, [true, true, true, false], [true, false, false, false]],
    [2, [true, true, false, false], [true, false, false, false]],
  ]);
});
