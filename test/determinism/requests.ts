/** The requests of every scenario: one of each parameter set in turn, prompts and seeds of their own. */
import type { GenerateRequest, SamplingParams } from "@tokenmill/core";

const parameterSets: readonly SamplingParams[] = [
  { temperature: 1 },
  { temperature: 0 },
  { temperature: 0.8, topK: 40, topP: 0.95, minP: 0.05, repetitionPenalty: 1.1 },
  { temperature: 1.2, topP: 0.9 },
  { temperature: 0.9, minP: 0.02, presencePenalty: 0.4, frequencyPenalty: 0.2, logprobs: 3 },
  { temperature: 1, topK: 100, typicalP: 0.95, logitBias: { 11: 2, 13: -100 } },
  { temperature: 1.5, topNSigma: 1, noRepeatNgramSize: 3 },
  { temperature: 1.5, minK: true, minKTau: 200 },
  { temperature: 1, topK: 1000, topP: 0.99, logprobs: 0 },
];

/** Request number `index`; its sequence id is `index`. */
export function requestOf(index: number, maxTokens: number): GenerateRequest {
  return {
    ...parameterSets[index % parameterSets.length],
    sequenceId: index,
    seed: BigInt(index % 5) * 0x1_0000_0001n,
    prompt: [(index * 7919) % 50_000, 262, (index * 31) % 50_000].slice(0, index % 4),
    maxTokens,
    ignoreEos: true,
  };
}

/** Somebody else's request, to run among the others; other ids, lengths, seeds and params. */
export function strangersRequestOf(index: number): GenerateRequest {
  return {
    ...parameterSets[(index * 5 + 3) % parameterSets.length],
    temperature: 0.7,
    sequenceId: 2 ** 40 + index,
    seed: index,
    prompt: [index % 1000],
    maxTokens: 5 + (index % 40),
  };
}
