/** vLLM: `v1/sample/sampler.py` (2026). */
import { type Profile, profileOf } from "./profile.ts";

export const vllm: Profile = profileOf({
  published: [
    "allowedTokenIds",
    "bannedTokenIds",
    "badWords",
    "minTokens",
    "logitBias",
    "penalties",
    "kgw",
    "temperature",
    "minP",
    "topK",
    "topP",
    // it has no other cuts: ours come last
    "smoothing",
    "typicalP",
    "topA",
    "pLess",
    "tailFree",
  ],
  topKKeepsTies: true,
  badWordsScope: "output",
  greedyBelow: 1e-5,
  defaults: {},
});
