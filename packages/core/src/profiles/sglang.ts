/** SGLang: `layers/sampler.py` (2026). */
import { type Profile, profileOf } from "./profile.ts";

/**
 * Top-k and top-p look at the same distribution: both keep its first tokens, so the one after the other, top-p before anything
 * is renormalised, is their intersection.
 */
export const sglang: Profile = profileOf({
  published: [
    "penalties",
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
    // it has no other cuts: ours come last
    "smoothing",
    "typicalP",
    "topA",
    "pLess",
    "tailFree",
  ],
  topKKeepsTies: false,
  topPKeeps: "edge",
  greedyBelow: 1e-6,
  defaults: { penaltyScope: "output" },
});
