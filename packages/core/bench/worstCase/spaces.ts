/** The settings that are searched: which parameters vary, and within what. */
import type { SamplingParams } from "@tokenmill/core";
import type { Range } from "./range.ts";

export interface Space {
  readonly name: string;
  /** What does not vary. */
  readonly fixed: SamplingParams;
  readonly ranges: Readonly<Partial<Record<keyof SamplingParams, Range>>>;
  readonly historyLength?: number;
}

const temperature: Range = { kind: "log", from: 1e-3, to: 1e3 };
const probability: Range = { kind: "logit", from: 1e-4, to: 1 - 1e-6 };
const small: Range = { kind: "log", from: 1e-9, to: 0.99 };

export function spacesFor(vocabSize: number): readonly Space[] {
  const count: Range = { kind: "whole", from: 1, to: vocabSize - 1 };
  const one = (name: string, ranges: Space["ranges"], fixed: SamplingParams = {}): Space => {
    return { name, fixed, ranges: { temperature, ...ranges } };
  };
  const penalties = { repetitionPenalty: 1.1, frequencyPenalty: 0.1, presencePenalty: 0.1 };
  return [
    { name: "greedy", fixed: { temperature: 0 }, ranges: {} },
    one("full vocabulary", {}),
    one("dynamic temperature", { dynatempRange: { kind: "log", from: 1e-2, to: 10 } }),
    one("top-k", { topK: count }),
    one("top-p", { topP: probability }),
    one("min-p", { minP: small }),
    one("top-k, top-p", { topK: count, topP: probability }),
    one("llama.cpp chain", { topK: count, topP: probability, minP: small }, { profile: "llama.cpp" }),
    { ...one("llama.cpp chain, penalties over 64", {}, { profile: "llama.cpp", ...penalties }), historyLength: 64 },
    one("min-k", { minKTau: { kind: "log", from: 1e-2, to: 100 } }, { minK: true }),
    one("top-n-sigma", { topNSigma: { kind: "log", from: 1e-3, to: 100 } }),
    one("typical", { typicalP: probability }),
    one("epsilon cutoff", { epsilonCutoff: small }),
    one("eta cutoff", { etaCutoff: small }),
    one("top-a", { topA: small }),
    one("tail free", { tailFree: probability }),
    one("XTC", { xtcThreshold: small }, { xtcProbability: 1 }),
    one("top-H", { topH: probability }),
    one("smoothing", {
      smoothingFactor: { kind: "log", from: 1e-3, to: 10 },
      smoothingCurve: { kind: "linear", from: 1, to: 3 },
    }),
    one("p-less", {}, { pLess: true }),
    one("mirostat 1", { mirostatTau: { kind: "linear", from: 0, to: 20 } }, { mirostat: 1 }),
    one("mirostat 2", { mirostatTau: { kind: "linear", from: 0, to: 20 } }, { mirostat: 2 }),
    one("adaptive-p", { adaptiveTarget: { kind: "linear", from: 0, to: 1 } }),
    { ...one("DRY", { dryMultiplier: { kind: "log", from: 0.1, to: 5 } }), historyLength: 1024 },
    { ...one("KGW", { kgwDelta: { kind: "log", from: 0.1, to: 10 } }), historyLength: 64 },
    { ...one("SynthID", { synthIdDepth: { kind: "whole", from: 1, to: 30 } }), historyLength: 64 },
    one("top-k 40, raw logprobs", { logprobs: { kind: "choice", of: [0, 1, 5, 20] } }, { topK: 40 }),
    one("processed logprobs", { logprobs: { kind: "choice", of: [0, 1, 5, 20] } }, { logprobsMode: "processed" }),
  ];
}
