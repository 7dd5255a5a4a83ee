/** Explicit orders: what is refused, what an order changes, and edits after cuts. */
import { describe, expect, it } from "vitest";
import { createSampler } from "../sampler/sampler.ts";
import type { SamplerName } from "../samplers/table.ts";
import { compileParams } from "./plan.ts";
import type { SamplingParams } from "../params/samplingParams.ts";
import { variants } from "../testing/createKernels.ts";

const compile = (params: SamplingParams) => compileParams(params, { vocabSize: 100, maxLogprobs: 20 });
/** Probabilities 0.1, 0.2, 0.3, 0.4. */
const row = [0.1, 0.2, 0.3, 0.4].map(Math.log);

describe("chain", () => {
  it("orders the stages that are on, whatever the profile; those not listed are off", () => {
    const params: SamplingParams = { temperature: 0.7, topK: 5, topP: 0.9, minP: 0.1 };
    const chain: SamplerName[] = ["minP", "temperature", "typicalP", "topK"];
    for (const profile of ["tokenmill", "vllm", "llama.cpp"] as const) {
      expect(compile({ ...params, profile, chain }).stageNames).toEqual(["minP", "temperature", "topK"]);
    }
    expect(compile({ ...params, chain: [] }).stageNames).toEqual([]);
  });

  it("refuses unknown names with the nearest, and names that come twice", () => {
    const unknown = ["topK", "topKK"] as SamplerName[];
    expect(() => compile({ chain: unknown })).toThrow(
      new TypeError('unknown "chain" stage "topKK", did you mean "topK"?'),
    );
    expect(() => compile({ chain: ["constructor"] as unknown as SamplerName[] })).toThrow(TypeError);
    expect(() => compile({ chain: ["topK", "minP", "topK"] })).toThrow(
      new RangeError('"chain[2]" expected stage that comes once, got "topK"'),
    );
  });
});

describe.each(variants)("%s kernels", (variant) => {
  const sampler = createSampler({ vocabSize: 4, variant });
  const kept = async (params: SamplingParams): Promise<number[]> =>
    Array.from((await sampler).distribution(row, params).tokenIds);

  it("temperature before top-p flattens the nucleus, after it does not", async () => {
    const params: SamplingParams = { temperature: 4, topP: 0.6 };
    expect(await kept({ ...params, chain: ["temperature", "topP"] })).toEqual([3, 2, 1]);
    expect(await kept({ ...params, chain: ["topP", "temperature"] })).toEqual([3, 2]);
  });

  it("sglang's top-p sees the whole distribution, hf's what top-k left", async () => {
    // top-k 2 leaves 0.571, 0.429: of these 0.55 needs one token, of the whole it needs two
    expect(await kept({ profile: "hf", topK: 2, topP: 0.55 })).toEqual([3]);
    expect(await kept({ profile: "sglang", topK: 2, topP: 0.55 })).toEqual([3, 2]);
  });

  it("mlx and koboldcpp cut at temperature 1", async () => {
    for (const profile of ["mlx", "koboldcpp", "llama.cpp"] as const) {
      expect(await kept({ profile, temperature: 4, topP: 0.6, minP: 0, topK: 0 })).toEqual([3, 2]);
    }
    for (const profile of ["sglang", "textgen", "hf"] as const) {
      expect(await kept({ profile, temperature: 4, topP: 0.6 })).toEqual([3, 2, 1]);
    }
  });

  it("koboldcpp's defaults: temperature 0.75, top-k 100, top-p 0.92, last 320 tokens, XTC threshold 0.2", async () => {
    const { params, stageNames } = (await sampler).compile({ profile: "koboldcpp" });
    expect(params).toMatchObject({ temperature: 0.75, topK: 100, topP: 0.92, penaltyLastN: 320, xtcThreshold: 0.2 });
    expect(stageNames).toEqual(["topK", "topP", "temperature"]);
  });

  it("an edit after a cut sees scaled logits, and cannot bring back what is out", async () => {
    const params: SamplingParams = { temperature: 0.5, topK: 2, logitBias: { 0: 100, 2: 1 } };
    const { tokenIds, probs } = (await sampler).distribution(row, {
      ...params,
      chain: ["topK", "temperature", "logitBias"],
    });
    // 0.3² e and 0.4²
    const [a, b] = [0.09 * Math.E, 0.16];
    expect(Array.from(tokenIds)).toEqual([2, 3]);
    expect(probs[0]).toBeCloseTo(a / (a + b), 6);
    expect(probs[1]).toBeCloseTo(b / (a + b), 6);
  });

  it("bans after a cut may leave nothing, which is said", async () => {
    const chain: SamplerName[] = ["topK", "bannedTokenIds"];
    const params: SamplingParams = { topK: 1, bannedTokenIds: [3], chain };
    await expect(sampler.then((s) => s.sample(row, params))).rejects.toMatchObject({ code: "all_tokens_masked" });
  });

  it.each(["f32", "f16", "bf16"] as const)("leaves a %s row as it came, raw log-probabilities too", async (dtype) => {
    const vocabSize = 300;
    const other = await createSampler({ vocabSize, variant, dtype });
    const bits = dtype === "f32" ? 0 : dtype === "f16" ? 0x3c00 : 0x3f80; // 1.0
    for (let i = 0; i < vocabSize; i++) other.row[i] = dtype === "f32" ? i % 7 : bits + (i % 7);
    const before = other.row.slice();
    const chain: SamplerName[] = ["topK", "temperature", "penalties", "topP", "logitBias"];
    const plain = other.sample(undefined, { logprobs: 3 });
    const params: SamplingParams = {
      chain,
      topK: 200,
      temperature: 2,
      repetitionPenalty: 2,
      topP: 0.9,
      logitBias: { 6: 1 },
      logprobs: 3,
    };
    const edited = other.sample(undefined, params, { history: [6, 13] });
    expect(other.row).toEqual(before);
    expect(edited.topLogprobs).toEqual(plain.topLogprobs);
    expect(edited.topTokenIds).toEqual(plain.topTokenIds);
  });
});
