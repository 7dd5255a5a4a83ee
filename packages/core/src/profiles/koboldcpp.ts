/**
 * koboldcpp: `gpttype_adapter.cpp` and `koboldcpp.py` (2026). `sampler_order` 6, 0, 1, 3, 4, 2, 5: penalties, top-k, top-a,
 * tail-free, typical, top-p and min-p, temperature.
 */
import { type Profile, profileOf } from "./profile.ts";

export const koboldcpp: Profile = profileOf({
  published: [
    "logitBias",
    "bannedTokenIds",
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
    // ours, before its temperature
    "epsilonCutoff",
    "topH",
    "temperature",
    "smoothing",
    "topNSigma",
    "xtc",
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
      "sequenceBias",
      "allowedTokenIds",
      "bannedTokenIds",
      "beginSuppressTokenIds",
      "badWords",
      "minTokens",
      "kgw",
      "dry",
      "penalties",
      "temperature",
      "smoothing",
      "synthId",
      "mirostat",
    ],
  },
  defaults: {
    temperature: 0.75,
    topK: 100,
    topP: 0.92,
    penaltyLastN: 320,
    penaltyScope: "prompt+output",
    dryPenaltyLastN: 320,
    xtcThreshold: 0.2,
  },
});
