/** llama.cpp: `common/sampling.cpp` (2026). The temperature comes last. */
import { type Profile, profileOf } from "./profile.ts";

export const llamaCpp: Profile = profileOf({
  published: [
    "logitBias",
    "bannedTokenIds",
    "badWords",
    "minTokens",
    "penalties",
    "dry",
    "kgw",
    "topNSigma",
    "topK",
    "tailFree",
    "typicalP",
    "topP",
    "minP",
    // ours, before the last two of its own
    "epsilonCutoff",
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
  replacement: {
    by: "mirostat",
    order: [
      "logitBias",
      "allowedTokenIds",
      "bannedTokenIds",
      "badWords",
      "minTokens",
      "kgw",
      "temperature",
      "synthId",
      "mirostat",
    ],
  },
  defaults: {
    topK: 40,
    topP: 0.95,
    minP: 0.05,
    temperature: 0.8,
    penaltyLastN: 64,
    penaltyScope: "prompt+output",
  },
});
