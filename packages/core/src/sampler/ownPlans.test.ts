/** A sampler runs the plans, and takes the states, that belong to it. */
import { describe, expect, it } from "vitest";
import { compileParams } from "../chain/plan.ts";
import { createSampler } from "./sampler.ts";

const row = [1, 2, 3, 4];
const quiet = (): void => {};

describe("plans", () => {
  it("of a sampler of another size, limit or stage set are refused", async () => {
    const sampler = await createSampler({ vocabSize: 4 });
    const large = await createSampler({ vocabSize: 1000 });
    const limited = await createSampler({ vocabSize: 4, maxLogprobs: 3 });
    const custom = await createSampler({ vocabSize: 4, customStages: { quiet } });
    expect(() => sampler.sample(row, large.compile({ allowedTokenIds: [999] }))).toThrow(
      new RangeError('"params" expected a plan for vocabSize 4, got one for 1000'),
    );
    expect(() => sampler.distribution(row, limited.compile({}))).toThrow("a plan for maxLogprobs 20, got one for 3");
    expect(() => sampler.sample(row, custom.compile({ chain: ["custom:quiet"] }))).toThrow(
      "a plan for the custom stages none, got one for quiet",
    );
  });

  it("of a sampler that is like it are refused too: its stages may be other functions", async () => {
    const options = { vocabSize: 4, customStages: { quiet } };
    const [sampler, other] = [await createSampler(options), await createSampler(options)];
    expect(() => sampler.sample(row, other.compile({}))).toThrow("expected a plan of this sampler");
    expect(sampler.sample(row, compileParams({}, { vocabSize: 4, maxLogprobs: 20, customStages: ["quiet"] }))).toEqual(
      sampler.sample(row, sampler.compile({})),
    );
  });

  it("that compile did not make are refused", async () => {
    const sampler = await createSampler({ vocabSize: 4 });
    const plan = sampler.compile({ topK: 2 });
    for (const copy of [{ ...plan }, structuredClone(plan), { bytes: new Uint8Array(64) }]) {
      expect(() => sampler.sample(row, copy as never)).toThrow('"params" expected a plan that compile gave, or params');
    }
  });
});

describe("states", () => {
  it("of another plan are refused", async () => {
    const sampler = await createSampler({ vocabSize: 4 });
    const stateOf = (params: object): number[] => [...sampler.sample(row, params).state];
    const mirostat = stateOf({ mirostat: 2 });
    const adaptive = stateOf({ adaptiveTarget: 0.5 });
    const both = stateOf({ mirostat: 2, adaptiveTarget: 0.5 });
    expect(() => sampler.sample(row, { adaptiveTarget: 0.5 }, { state: mirostat })).toThrow(/^"state" expected/);
    expect(() => sampler.sample(row, { mirostat: 2 }, { state: adaptive })).toThrow(/^"state\[1\]" expected 0/);
    expect(() => sampler.sample(row, { mirostat: 1 }, { state: both })).toThrow(/^"state\[1\]" expected 0/);
    expect(() => sampler.sample(row, { topK: 2 }, { state: mirostat })).toThrow(/^"state\[0\]" expected 0/);
  });

  it("of the plan itself are taken, for as long as it runs", async () => {
    const sampler = await createSampler({ vocabSize: 4 });
    const plans = [
      { mirostat: 1 as const },
      { adaptiveTarget: 0, adaptiveDecay: 0 },
      { adaptiveTarget: 1 },
      { topK: 2 },
    ];
    for (const params of plans) {
      let state = sampler.sample(row, params).state;
      for (let position = 1; position < 50; position++) {
        state = sampler.sample(row, params, { position, state }).state;
      }
      expect([...state].every(Number.isFinite)).toBe(true);
    }
  });
});
