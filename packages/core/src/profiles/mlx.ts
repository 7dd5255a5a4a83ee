/** MLX-LM: `sample_utils.py` (2026). The temperature acts at the draw: every cut sees the distribution at temperature 1. */
import { type Profile, profileOf } from "./profile.ts";

export const mlx: Profile = profileOf({
  published: [
    "logitBias",
    "bannedTokenIds",
    "penalties",
    "kgw",
    // ours, before its own cuts
    "smoothing",
    "typicalP",
    "topP",
    "minP",
    "xtc",
    "topK",
    "temperature",
    "synthId",
  ],
  topKKeepsTies: false,
  topPKeeps: "ties",
  greedyBelow: 0,
  defaults: { penaltyScope: "prompt+output", penaltyLastN: 20 },
});
