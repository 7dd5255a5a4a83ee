import { describe, expect, it } from "vitest";
import { completeScenario } from "../scenario/completeScenario.ts";
import { planRequests, type PlannedRequest } from "./planRequests.ts";

const raw = {
  target: { type: "http", url: "http://127.0.0.1:1/v1" },
  requests: {
    promptTokens: { kind: "uniform", min: 10, max: 19 },
    maxTokens: { kind: "lognormal", median: 50, sigma: 0.5, min: 5, max: 200 },
    mix: [
      { name: "a", weight: 3 },
      { name: "b", weight: 1 },
    ],
    cancel: { share: 0.25, afterMs: { kind: "exponential", mean: 100 } },
    slowReaders: { share: 0.1, delayMs: 7 },
  },
};

async function plans(seed: number, count = 8000): Promise<PlannedRequest[]> {
  const plan = await planRequests(await completeScenario({ ...raw, seed }, "test"));
  return Array.from({ length: count }, (_, index) => plan(index));
}

const share = (values: readonly boolean[]): number => values.filter(Boolean).length / values.length;

describe("planned requests", () => {
  it("are a function of seed and number: made backwards they are the same", async () => {
    const plan = await planRequests(await completeScenario({ ...raw, seed: 3 }, "test"));
    const backwards = Array.from({ length: 50 }, (_, i) => plan(49 - i)).reverse();
    expect(backwards).toEqual((await plans(3)).slice(0, 50));
    expect((await plans(4)).slice(0, 50)).not.toEqual(backwards);
  });

  it("follow the mix, shares and laws within four standard deviations (8,000 requests)", async () => {
    const all = await plans(1);
    expect(Math.abs(share(all.map(({ setting }) => setting === 0)) - 0.75)).toBeLessThan(0.02);
    expect(Math.abs(share(all.map(({ cancelAfterMs }) => cancelAfterMs !== undefined)) - 0.25)).toBeLessThan(0.02);
    expect(Math.abs(share(all.map(({ readDelayMs }) => readDelayMs === 7)) - 0.1)).toBeLessThan(0.015);
    for (let tokens = 10; tokens <= 19; tokens++) {
      expect(Math.abs(share(all.map(({ promptTokens }) => promptTokens === tokens)) - 0.1)).toBeLessThan(0.015);
    }
    const lengths = all.map(({ maxTokens }) => maxTokens).sort((a, b) => a - b);
    expect(lengths[0]).toBeGreaterThanOrEqual(5);
    expect(lengths.at(-1)).toBeLessThanOrEqual(200);
    expect(Math.abs(lengths[4000]! - 50)).toBeLessThan(3);
  });
});
