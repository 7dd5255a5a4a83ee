import { describe, expect, it } from "vitest";
import { compileParams } from "./plan.ts";
import type { SamplingParams } from "../params/samplingParams.ts";

const unusedOf = (params: SamplingParams): readonly string[] =>
  compileParams(params, { vocabSize: 100, maxLogprobs: 20, customStages: ["own"] }).unusedParams;

describe("params without effect", () => {
  it.each<[string, SamplingParams, string[]]>([
    [
      "mirostat of llama.cpp replaces all cuts",
      { profile: "llama.cpp", mirostat: 2, topK: 5, minP: 0.3, dryMultiplier: 0.8, dryBase: 2, xtcProbability: 0.5 },
      ["topK", "minP", "dryMultiplier", "dryBase", "xtcProbability"],
    ],
    ["mirostat of koboldcpp keeps DRY", { profile: "koboldcpp", mirostat: 2, dryMultiplier: 1, topA: 0.2 }, ["topA"]],
    ["without mirostat nothing is left out", { profile: "llama.cpp", topK: 5, minP: 0.3, xtcProbability: 0.5 }, []],
    [
      "a chain without their stages",
      { chain: ["topK", "custom:own"], topK: 3, topP: 0.5, temperature: 0.7 },
      ["topP", "temperature"],
    ],
    ["the profile's own defaults were not asked for", { profile: "llama.cpp", mirostat: 1 }, []],
    ["what is off in every chain asks for nothing", { chain: ["topK"], topK: 3, topP: 1, minP: 0, temperature: 1 }, []],
    ["stop ids end the sequence all the same", { chain: ["topK"], minTokens: 3, stopTokenIds: [1] }, ["minTokens"]],
    ["no stage reads these", { chain: [], seed: 1, logprobs: 2, logprobsMode: "processed" }, []],
    ["undefined is not given", { chain: [], topK: undefined as never, topP: 0.5 }, ["topP"]],
  ])("%s", (_, params, unused) => {
    expect(unusedOf(params)).toEqual(unused);
  });
});
