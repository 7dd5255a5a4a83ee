import { describe, expect, it } from "vitest";
import { unusedParams, unusedText } from "./unusedParams.ts";
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
    [
      "what says how of a stage that is off",
      { mirostatTau: 4, dryBase: 2, dryPenaltyLastN: 9, xtcThreshold: 0.2, penaltyScope: "output", minKTau: 5 },
      ["mirostatTau", "dryBase", "dryPenaltyLastN", "xtcThreshold", "penaltyScope", "minKTau"],
    ],
    [
      "of one that is on, it has an effect",
      { mirostat: 1, mirostatTau: 4, dryMultiplier: 1, dryBase: 2, presencePenalty: 1, penaltyScope: "output" },
      [],
    ],
    [
      "what comes to the same as absence asks for nothing",
      { mirostat: 0, mirostatTau: 5, drySequenceBreakers: [] },
      [],
    ],
    [
      "what says how of a param that is off in a stage that is on",
      { temperature: 0.5, dynatempExponent: 2, synthIdKeys: [7], synthIdKey: 8 },
      ["dynatempExponent", "synthIdKey"],
    ],
    [
      "of one that is on, too",
      { temperature: 0.5, dynatempRange: 0.2, dynatempExponent: 2, synthIdDepth: 3, synthIdKey: 8 },
      [],
    ],
    ["nothing is behind all tokens", { presencePenalty: 1, penaltyDecayRange: 9 }, ["penaltyDecayRange"]],
    ["of no penalty there is no part", { presencePenalty: 1, penaltySlope: 0.5 }, ["penaltySlope"]],
    ["all tokens by name", { presencePenalty: 1, penaltyLastN: -1, penaltyDecayRange: 9 }, ["penaltyDecayRange"]],
    ["those of the profile", { profile: "llama.cpp", presencePenalty: 1, penaltyDecayRange: 9 }, []],
    ["none, but those behind them", { presencePenalty: 1, penaltyLastN: 0, penaltyDecayRange: 9 }, []],
    [
      "how of a decay that is off",
      { topP: 0.9, topPMin: 0.1, topPResetTokenIds: [1] },
      ["topPMin", "topPResetTokenIds"],
    ],
    ["of one that is on by itself", { topPDecay: 0.9, topPMin: 0.1, topPResetTokenIds: [1] }, []],
    ["what another param turns off", { repetitionPenalty: 1.2, penaltyLastN: 0 }, ["repetitionPenalty"]],
    ["how, in vain, of a stage that is left out", { chain: ["topK"], topK: 3, mirostatTau: 4 }, ["mirostatTau"]],
    ["the source may know of ends", { minTokens: 3, exponentialDecayLengthPenalty: [5, 1.1] }, []],
    ["maps and lists without entries ask for nothing", { chain: [], logitBias: new Map(), bannedTokenIds: [] }, []],
    ["undefined is not given", { chain: [], topK: undefined as never, topP: 0.5 }, ["topP"]],
  ])("%s", (_, params, unused) => {
    expect(unusedOf(params)).toEqual(unused);
  });
});

it.each<[SamplingParams, string]>([
  [{ mirostatTau: 4, penaltyLastN: 9 }, "mirostatTau (mirostat is off), penaltyLastN (penalties are off)"],
  [{ temperature: 0.5, dynatempExponent: 2 }, "dynatempExponent (dynatempRange is off)"],
  [{ presencePenalty: 1, penaltyDecayRange: 9 }, "penaltyDecayRange (penaltyLastN is -1)"],
  [{ presencePenalty: 1, penaltySlope: 0.5 }, "penaltySlope (repetitionPenalty is off)"],
  [{ chain: ["topK"], dynatempExponent: 2 }, "dynatempExponent (the chain leaves their stages out)"],
  [{ chain: ["topK"], topP: 0.5, mirostatEta: 1 }, "topP, mirostatEta (the chain leaves their stages out)"],
  [{ profile: "llama.cpp", mirostat: 2, topK: 5 }, 'topK (profile "llama.cpp" with mirostat leaves their stages out)'],
])("%j: says why", (params, text) => {
  expect(unusedText(unusedParams(params), params)).toBe(text);
});
