/** Requests of every kind that has to move: what a token follows from besides the row is different in each. */
import type { GenerateRequest } from "@tokenmill/core";

const kinds: readonly GenerateRequest[] = [
  { temperature: 1 },
  { temperature: 0 },
  { temperature: 0.9, topP: 0.9, repetitionPenalty: 1.2, presencePenalty: 0.3, frequencyPenalty: 0.2 },
  { mirostat: 1, mirostatTau: 2, mirostatEta: 0.2 },
  { mirostat: 2, mirostatTau: 2, mirostatEta: 0.2, logprobs: 3 },
  { adaptiveTarget: 0.4, noRepeatNgramSize: 4 },
  { dryMultiplier: 0.8, dryAllowedLength: 1, xtcProbability: 0.5, xtcThreshold: 0.1 },
  { stop: ["abcabc", "😀é😀é", "xyzxyzxyz"], minTokens: 10 },
  { stopRegex: ["[abc]{4}\\d", "\\bx[yz]+(?:é|😀)$"], stop: "zzyx", minTokens: 30 },
  { regex: "[abc]{10,80}(xyz|é)+[01]{5,50}", ignoreEos: false },
  { allowedTokenIds: [0, 1, 2], repetitionDetection: { maxPatternSize: 3, minCount: 6 }, minTokens: 40 },
  { thinkingTokenBudget: 3, thinking: { start: "a", ends: ["bc"], forcedEnd: "é01bc" }, forcedTokenIds: [1, 2] },
  {
    mirostat: 2,
    mirostatTau: 2,
    bannedStrings: ["ya", "bc"],
    phases: [
      { from: { text: "a" }, params: { temperature: 0.7, topP: 0.9 } },
      { from: { text: "x" }, params: { mirostat: 0, logitBias: { 0: 2 } } },
      { from: { text: "yz" }, params: { mirostat: 0, adaptiveTarget: 0.4 } },
      { from: 30, params: { temperature: 2 } },
    ],
  },
  {
    bannedStrings: ["ab", "bc", "a ", "é", "xyz"],
    bannedRegex: ["x[yz]{2}"],
    bannedN: 2,
    rewindCountMax: 6,
    logprobs: 0,
  },
  { promptLogprobs: 2, logprobs: 0, logprobsMode: "processed" },
];

/** Request number `index`: the same in every process. */
export function requestOf(index: number, maxTokens: number): GenerateRequest {
  const tokens = Math.max(12, Math.ceil(maxTokens * (0.5 + ((index * 7919) % 101) / 202)));
  return {
    ignoreEos: true,
    ...kinds[index % kinds.length],
    prompt: ["abc", "é 01", "xyz", "a😀b"][index % 4]!,
    seed: index * 31,
    maxTokens: tokens,
  };
}
