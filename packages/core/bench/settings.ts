/** What the benchmarks time: common settings, and how much history they see. */
import type { SamplingParams } from "@tokenmill/core";

export interface Setting {
  readonly name: string;
  readonly params: SamplingParams;
  /** Tokens of history. Absent: none. */
  readonly historyLength?: number;
}

export const settings: readonly Setting[] = [
  { name: "greedy", params: { temperature: 0 } },
  { name: "full vocabulary, T 0.8", params: { temperature: 0.8 } },
  { name: "top-k 40", params: { topK: 40 } },
  { name: "min-p 0.05", params: { minP: 0.05 } },
  { name: "top-p 0.9", params: { topP: 0.9 } },
  { name: "llama.cpp default chain", params: { profile: "llama.cpp" } },
  {
    name: "the same, penalties over 64",
    params: { profile: "llama.cpp", repetitionPenalty: 1.1, frequencyPenalty: 0.1, presencePenalty: 0.1 },
    historyLength: 64,
  },
  { name: "top-k 1000, top-p 0.9", params: { topK: 1000, topP: 0.9 } },
  { name: "top-p 0.9, min-p 0.05", params: { topP: 0.9, minP: 0.05 } },
  { name: "top-n-sigma 1", params: { topNSigma: 1 } },
  { name: "min-k", params: { minK: true } },
  { name: "typical 0.95", params: { typicalP: 0.95 } },
  { name: "mirostat 2", params: { mirostat: 2 } },
  { name: "top-k 40, 5 raw logprobs", params: { topK: 40, logprobs: 5 } },
];

/** What is asked for more rarely, or costs more: on rows of models. */
export const rareSettings: readonly Setting[] = [
  { name: "top-k 40, 5 processed logprobs", params: { topK: 40, logprobs: 5, logprobsMode: "processed" } },
  { name: "top-p 0.9, 5 processed logprobs", params: { topP: 0.9, logprobs: 5, logprobsMode: "processed" } },
  { name: "dynamic temperature", params: { temperature: 1, dynatempRange: 0.5 } },
  { name: "epsilon cutoff", params: { epsilonCutoff: 3e-4 } },
  { name: "eta cutoff", params: { etaCutoff: 3e-4 } },
  { name: "top-h 0.4", params: { topH: 0.4 } },
  { name: "tail-free 0.95", params: { tailFree: 0.95 } },
  { name: "mirostat 1", params: { mirostat: 1 } },
  { name: "adaptive-p", params: { adaptiveTarget: 0.5 } },
  { name: "KGW", params: { kgwDelta: 2, kgwKey: 1 }, historyLength: 512 },
  { name: "top-k 40, SynthID", params: { topK: 40, synthIdDepth: 30, synthIdKey: 1 }, historyLength: 512 },
];
