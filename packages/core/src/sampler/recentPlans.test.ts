/** Plain params are compiled once for each value: equal ones share a plan, changed ones never get another's. */
import { describe, expect, it } from "vitest";
import { compileParams } from "../chain/plan.ts";
import type { SamplingParams } from "../params/samplingParams.ts";
import { gaussianRow } from "../testing/random.ts";
import { RecentPlans } from "./recentPlans.ts";
import { createSampler } from "./sampler.ts";

const vocabSize = 100;
const options = { vocabSize, maxLogprobs: 5 };
const row = gaussianRow(vocabSize, 2, 9);

function counted() {
  const given: SamplingParams[] = [];
  const recent = new RecentPlans((params) => {
    given.push(params);
    return compileParams(params, options);
  });
  return { recent, given };
}

const settings: (() => SamplingParams)[] = [
  () => ({}),
  () => ({ topK: 5 }),
  () => ({ topK: 5, topP: 0.9, seed: 2n ** 63n }),
  () => ({ topK: 5, topP: 0.9, seed: 3 }),
  () => ({ profile: "llama.cpp" }),
  () => ({ logitBias: { 3: 1, 4: -Infinity } }),
  () => ({ logitBias: new Map([[3, 1]]) }),
  () => ({ badWords: [1, [2, 3]], bannedTokenIds: [4], chain: ["badWords", "bannedTokenIds"] }),
];

describe("equal params", () => {
  it("share a plan, in whatever order they come", () => {
    const { recent, given } = counted();
    const plans = settings.map((make) => recent.planOf(make()));
    expect(new Set(plans).size).toBe(settings.length);
    for (const i of [0, 7, 3, 3, 1, 5, 2, 6, 4, 7]) expect(recent.planOf(settings[i]!())).toBe(plans[i]);
    expect(given.length).toBe(settings.length);
  });

  it("are compiled anew after eight others", () => {
    const { recent } = counted();
    const first = recent.planOf({ topK: 1 });
    for (let topK = 2; topK <= 8; topK++) recent.planOf({ topK });
    expect(recent.planOf({ topK: 1 })).toBe(first);
    for (let topK = 9; topK <= 16; topK++) recent.planOf({ topK });
    expect(recent.planOf({ topK: 1 })).not.toBe(first);
  });

  it("in another order are others: what is unused is listed in the order given", () => {
    const { recent } = counted();
    const chain = [] as const;
    expect(recent.planOf({ topK: 3, topP: 0.5, chain }).unusedParams).toEqual(["topK", "topP"]);
    expect(recent.planOf({ topP: 0.5, topK: 3, chain }).unusedParams).toEqual(["topP", "topK"]);
  });

  it("that are more than data are compiled each time", () => {
    const { recent, given } = counted();
    class Params {
      topK = 4;
    }
    for (const params of [new Params(), Object.defineProperty({ topK: 4 }, "own", { value: 1 })]) {
      expect(recent.planOf(params)).not.toBe(recent.planOf(params));
    }
    expect(given.length).toBe(4);
  });
});

/** Params as the cases below have them, to be changed. */
interface Changeable {
  topK?: number | undefined;
  minP?: number;
  profile: string;
  chain: string[];
  allowedTokenIds: number[];
  logitBias: Record<number, number> & Map<number, number>;
  badWords: number[][];
}

type Change = [what: string, params: () => SamplingParams, change: (params: Changeable) => unknown];

describe("a change of params between two draws is seen:", () => {
  it.each<Change>([
    ["a number", () => ({ topK: 5 }), (params) => (params.topK = 2)],
    ["a name more", () => ({ topK: 5 }), (params) => (params.minP = 0.5)],
    ["a name less", () => ({ topK: 5, minP: 0.5 }), (params) => delete params.minP],
    ["undefined", () => ({ topK: 5 }), (params) => (params.topK = undefined)],
    ["the profile", () => ({ topK: 50 }), (params) => (params.profile = "llama.cpp")],
    ["the chain", () => ({ topK: 5, topP: 0.3, chain: ["topK"] }), (params) => params.chain.push("topP")],
    ["an id more", () => ({ allowedTokenIds: [3, 4] }), (params) => params.allowedTokenIds.push(5)],
    ["another id", () => ({ allowedTokenIds: [3, 4] }), (params) => (params.allowedTokenIds[1] = 7)],
    ["a bias", () => ({ logitBias: { 3: 1 } }), (params) => (params.logitBias[3] = 2)],
    ["a biased token", () => ({ logitBias: { 3: 1 } }), (params) => (params.logitBias[4] = 1)],
    ["a map's bias", () => ({ logitBias: new Map([[3, 1]]) }), (params) => params.logitBias.set(3, 9)],
    ["a list in a list", () => ({ badWords: [[1], [3]] }), (params) => (params.badWords[1]![0] = 2)],
  ])("%s", async (_, make, change) => {
    const sampler = await createSampler({ vocabSize });
    const params = make();
    const before = sampler.distribution(row, params);
    change(params as unknown as Changeable);
    const after = sampler.distribution(row, params);
    expect(after).not.toEqual(before);
    expect(after).toEqual(sampler.distribution(row, sampler.compile(params)));
    expect(sampler.distribution(row, make())).toEqual(before);
  });

  it("the seed, and how many log-probabilities", async () => {
    const sampler = await createSampler({ vocabSize });
    const params: SamplingParams = { temperature: 3, logprobs: 1 };
    const tokens = Array.from(
      { length: 20 },
      (_, seed) => sampler.sample(row, Object.assign(params, { seed })).tokenId,
    );
    expect(tokens).toEqual(tokens.map((_, seed) => sampler.sample(row, { temperature: 3 }, { seed }).tokenId));
    expect(sampler.sample(row, params).topCount).toBe(1);
    params.logprobs = 3;
    expect(sampler.sample(row, params)).toMatchObject({ topCount: 3, topTokenIds: { length: 3 } });
    delete params.logprobs;
    expect(sampler.sample(row, params)).toMatchObject({ topCount: 0, logprob: Number.NaN });
  });

  it("a value that is refused, and one that is not again", async () => {
    const sampler = await createSampler({ vocabSize });
    const params = { allowedTokenIds: [3], topP: 0.5 };
    for (let i = 0; i < 2; i++) {
      expect(sampler.sample(row, params).tokenId).toBe(3);
      params.topP = 1.5;
      expect(() => sampler.sample(row, params)).toThrow('"topP" expected');
      params.topP = 0.5;
      params.allowedTokenIds.push(vocabSize);
      expect(() => sampler.sample(row, params)).toThrow('"allowedTokenIds[1]" expected');
      params.allowedTokenIds.pop();
    }
  });
});

describe("a draw", () => {
  it("of a row that stands in the sampler's memory does not copy it", async () => {
    const sampler = await createSampler({ vocabSize });
    const expected = sampler.sample(row, { topK: 4 });
    sampler.row.set = () => {
      throw new Error("copied");
    };
    for (const logits of [undefined, sampler.row, sampler.row.subarray(0)]) {
      expect(sampler.sample(logits, { topK: 4 })).toEqual(expected);
    }
    expect(() => sampler.sample(row, { topK: 4 })).toThrow("copied");
  });

  it("is the same for a safe integer and the bigint of it, as seed and as sequence id", async () => {
    const sampler = await createSampler({ vocabSize });
    const draw = (seed: number | bigint, sequenceId: number | bigint): number[] =>
      Array.from({ length: 8 }, (_, position) => sampler.sample(row, {}, { seed, sequenceId, position }).tokenId);
    const most = Number.MAX_SAFE_INTEGER;
    for (const seed of [0, -0, 7, 2 ** 31, 2 ** 32, 2 ** 32 + 7, most, -2, -most]) {
      const id = Math.abs(seed);
      expect(draw(seed, id)).toEqual(draw(BigInt(seed), BigInt(id)));
    }
  });
});
