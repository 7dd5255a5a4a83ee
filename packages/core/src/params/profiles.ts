/**
 * Named stage orders with their boundary rules, as data. Stages that an engine does not have stand where they do no harm.
 * Sources (2026): llama.cpp `common/sampling.cpp`; HF transformers `_get_logits_processor`; vLLM `v1/sample/sampler.py`;
 * SGLang `layers/sampler.py`; mlx-lm `sample_utils.py`; koboldcpp `gpttype_adapter.cpp` and `koboldcpp.py`;
 * text-generation-webui `sampler_hijack.py`.
 */
import type { CustomStageName, StageName } from "../stages/stages.ts";
import type { SamplingParams } from "./samplingParams.ts";

export type ProfileName = "tokenmill" | "hf" | "vllm" | "llama.cpp" | "sglang" | "mlx" | "koboldcpp" | "textgen";

export interface Profile {
  readonly order: readonly StageName[];
  /** What runs instead of it with mirostat on. */
  readonly mirostatOrder?: readonly StageName[];
  /** Whether top-k keeps every token equal to the k-th; else exactly k, equals by lowest id. */
  readonly topKKeepsTies: boolean;
  /** Top-p also keeps every token equal to the last one (`ties`), or goes on until the mass is above p (`edge`). */
  readonly topPKeeps?: "ties" | "edge";
  /** Typical also keeps every token as far from the entropy as the last one (`ties`), or goes on until the mass is above p. */
  readonly typicalKeeps?: "ties" | "edge";
  /** Top-h compares the sum of the kept tokens' −p·ln p, not the entropy of what is kept, among the 100 largest logits. */
  readonly topHSumsTerms?: true;
  /** Bad words begin in the output, not in the prompt. */
  readonly badWordsScope?: "output";
  /** Temperatures below this are greedy. */
  readonly greedyBelow: number;
  /** What absent parameters mean where it is not "off". */
  readonly defaults: Readonly<SamplingParams>;
}

const articleOrder: readonly StageName[] = [
  "logitBias",
  "allowedTokenIds",
  "penalties",
  "dry",
  "noRepeatNgram",
  "bannedTokenIds",
  "badWords",
  "minTokens",
  "kgw",
  "temperature",
  "smoothing",
  "topH",
  "topNSigma",
  "minK",
  "topK",
  "topP",
  "minP",
  "pLess",
  "typicalP",
  "epsilonCutoff",
  "etaCutoff",
  "topA",
  "tailFree",
  "xtc",
  "synthId",
  "mirostat",
  "adaptiveP",
];

/** Cuts that neither vLLM nor SGLang has: they come last. */
const otherCuts: readonly StageName[] = [
  "smoothing",
  "topH",
  "topNSigma",
  "minK",
  "typicalP",
  "epsilonCutoff",
  "etaCutoff",
  "topA",
  "pLess",
  "tailFree",
  "xtc",
  "synthId",
  "mirostat",
  "adaptiveP",
];

/** llama.cpp and koboldcpp let mirostat replace all cuts. */
const beforeMirostat: readonly StageName[] = [
  "logitBias",
  "allowedTokenIds",
  "bannedTokenIds",
  "badWords",
  "minTokens",
  "kgw",
];

export const profiles: Readonly<Record<ProfileName, Profile>> = {
  /** The order of `hf` with exact boundaries: top-k keeps exactly k. The default. */
  tokenmill: { order: articleOrder, topKKeepsTies: false, greedyBelow: 0, defaults: {} },
  hf: {
    order: articleOrder,
    topKKeepsTies: true,
    typicalKeeps: "ties",
    topHSumsTerms: true,
    greedyBelow: 0,
    defaults: {},
  },
  vllm: {
    order: [
      "allowedTokenIds",
      "bannedTokenIds",
      "badWords",
      "minTokens",
      "logitBias",
      "penalties",
      "dry",
      "noRepeatNgram",
      "kgw",
      "temperature",
      "minP",
      "topK",
      "topP",
      ...otherCuts,
    ],
    topKKeepsTies: true,
    badWordsScope: "output",
    greedyBelow: 1e-5,
    defaults: {},
  },
  "llama.cpp": {
    order: [
      "logitBias",
      "allowedTokenIds",
      "bannedTokenIds",
      "badWords",
      "minTokens",
      "penalties",
      "dry",
      "noRepeatNgram",
      "kgw",
      "topNSigma",
      "minK",
      "topK",
      "tailFree",
      "typicalP",
      "topP",
      "minP",
      "pLess",
      "epsilonCutoff",
      "etaCutoff",
      "topA",
      "topH",
      "xtc",
      "smoothing",
      "temperature",
      "synthId",
      "mirostat",
      "adaptiveP",
    ],
    topKKeepsTies: false,
    typicalKeeps: "edge",
    greedyBelow: 0,
    mirostatOrder: [...beforeMirostat, "temperature", "synthId", "mirostat"],
    defaults: {
      topK: 40,
      topP: 0.95,
      minP: 0.05,
      temperature: 0.8,
      penaltyLastN: 64,
      penaltyScope: "prompt+output",
    },
  },
  /** Top-k and top-p look at the same distribution: both keep its first tokens, so the one after the other, top-p before
   *  anything is renormalised, is their intersection. */
  sglang: {
    order: [
      "penalties",
      "dry",
      "noRepeatNgram",
      "minTokens",
      "allowedTokenIds",
      "bannedTokenIds",
      "badWords",
      "logitBias",
      "kgw",
      "temperature",
      "topP",
      "topK",
      "minP",
      ...otherCuts,
    ],
    topKKeepsTies: false,
    topPKeeps: "edge",
    greedyBelow: 1e-6,
    defaults: { penaltyScope: "output" },
  },
  /** The temperature acts at the draw: every cut sees the distribution at temperature 1. */
  mlx: {
    order: [
      "logitBias",
      "allowedTokenIds",
      "bannedTokenIds",
      "badWords",
      "minTokens",
      "penalties",
      "dry",
      "noRepeatNgram",
      "kgw",
      "smoothing",
      "topH",
      "topNSigma",
      "minK",
      "typicalP",
      "epsilonCutoff",
      "etaCutoff",
      "topA",
      "tailFree",
      "topP",
      "minP",
      "pLess",
      "xtc",
      "topK",
      "temperature",
      "synthId",
      "mirostat",
      "adaptiveP",
    ],
    topKKeepsTies: false,
    topPKeeps: "ties",
    greedyBelow: 0,
    defaults: { penaltyScope: "prompt+output", penaltyLastN: 20 },
  },
  /** `sampler_order` 6, 0, 1, 3, 4, 2, 5: penalties, top-k, top-a, tail-free, typical, top-p and min-p, temperature. */
  koboldcpp: {
    order: [
      "logitBias",
      "allowedTokenIds",
      "bannedTokenIds",
      "badWords",
      "minTokens",
      "noRepeatNgram",
      "dry",
      "penalties",
      "kgw",
      "topK",
      "topA",
      "tailFree",
      "typicalP",
      "topP",
      "minP",
      "pLess",
      "epsilonCutoff",
      "etaCutoff",
      "topH",
      "temperature",
      "smoothing",
      "topNSigma",
      "minK",
      "xtc",
      "synthId",
      "mirostat",
      "adaptiveP",
    ],
    topKKeepsTies: false,
    typicalKeeps: "edge",
    greedyBelow: 0,
    mirostatOrder: [...beforeMirostat, "dry", "penalties", "temperature", "smoothing", "synthId", "mirostat"],
    defaults: {
      temperature: 0.75,
      topK: 100,
      topP: 0.92,
      penaltyLastN: 320,
      penaltyScope: "prompt+output",
      dryPenaltyLastN: 320,
      xtcThreshold: 0.2,
    },
  },
  /** The default `sampler_priority`, which looks for repeated n-grams last. */
  textgen: {
    order: [
      "logitBias",
      "allowedTokenIds",
      "bannedTokenIds",
      "badWords",
      "minTokens",
      "penalties",
      "kgw",
      "dry",
      "topNSigma",
      "minK",
      "temperature",
      "smoothing",
      "topK",
      "topP",
      "typicalP",
      "epsilonCutoff",
      "etaCutoff",
      "tailFree",
      "topA",
      "minP",
      "pLess",
      "topH",
      "mirostat",
      "xtc",
      "synthId",
      "adaptiveP",
      "noRepeatNgram",
    ],
    topKKeepsTies: true,
    typicalKeeps: "ties",
    greedyBelow: 0,
    defaults: { penaltyScope: "prompt+output", penaltyLastN: 1024, dryPenaltyLastN: 1024 },
  },
};

/** The stages of complete params, in order: the `chain` that was asked for, or the profile's. */
export function orderOf(params: SamplingParams): readonly (StageName | CustomStageName)[] {
  const { chain, mirostat = 0, profile = "tokenmill" } = params;
  if (chain) return chain;
  const { order, mirostatOrder } = profiles[profile];
  return mirostat > 0 && mirostatOrder ? mirostatOrder : order;
}
