/**
 * Named stage orders with their boundary rules, as data. Sources: llama.cpp `common/sampling.cpp` and HF transformers
 * `_get_logits_processor` (2026), vLLM `v1/sample/sampler.py` (0.11).
 */
import type { StageName } from "../stages/stages.ts";
import type { SamplingParams } from "./samplingParams.ts";

export type ProfileName = "tokenmill" | "hf" | "vllm" | "llama.cpp";

export interface Profile {
  readonly order: readonly StageName[];
  /** Whether top-k keeps every token equal to the k-th; else exactly k, equals by lowest id. */
  readonly topKKeepsTies: boolean;
  /** Temperatures below this are greedy. */
  readonly greedyBelow: number;
  /** What absent parameters mean where it is not "off". */
  readonly defaults: Readonly<SamplingParams>;
}

const articleOrder: readonly StageName[] = [
  "logitBias",
  "allowedTokenIds",
  "penalties",
  "noRepeatNgram",
  "bannedTokenIds",
  "minTokens",
  "kgw",
  "temperature",
  "smoothing",
  "topH",
  "topNSigma",
  "topK",
  "topP",
  "minP",
  "typicalP",
  "epsilonCutoff",
  "etaCutoff",
  "topA",
  "tailFree",
  "xtc",
  "synthId",
];

/** Stages that vLLM does not have come last. */
const notInVllm: readonly StageName[] = [
  "smoothing",
  "topH",
  "topNSigma",
  "typicalP",
  "epsilonCutoff",
  "etaCutoff",
  "topA",
  "tailFree",
  "xtc",
  "synthId",
];

export const profiles: Readonly<Record<ProfileName, Profile>> = {
  /** The order of `hf` with exact boundaries: top-k keeps exactly k. The default. */
  tokenmill: { order: articleOrder, topKKeepsTies: false, greedyBelow: 0, defaults: {} },
  hf: { order: articleOrder, topKKeepsTies: true, greedyBelow: 0, defaults: {} },
  vllm: {
    order: [
      "allowedTokenIds",
      "bannedTokenIds",
      "minTokens",
      "logitBias",
      "penalties",
      "noRepeatNgram",
      "kgw",
      "temperature",
      "minP",
      "topK",
      "topP",
      ...notInVllm,
    ],
    topKKeepsTies: true,
    greedyBelow: 1e-5,
    defaults: {},
  },
  "llama.cpp": {
    order: [
      "logitBias",
      "allowedTokenIds",
      "bannedTokenIds",
      "minTokens",
      "penalties",
      "noRepeatNgram",
      "kgw",
      "topNSigma",
      "topK",
      "tailFree",
      "typicalP",
      "topP",
      "minP",
      "epsilonCutoff",
      "etaCutoff",
      "topA",
      "topH",
      "xtc",
      "smoothing",
      "temperature",
      "synthId",
    ],
    topKKeepsTies: false,
    greedyBelow: 0,
    defaults: { topK: 40, topP: 0.95, minP: 0.05, temperature: 0.8, penaltyLastN: 64 },
  },
};
