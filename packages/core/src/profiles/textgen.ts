/**
 * text-generation-webui: `sampler_hijack.py`, its default `sampler_priority` (2026), which favours the prompt and looks for
 * repeated n-grams last.
 */
import { type Profile, profileOf } from "./profile.ts";

export const textgen: Profile = profileOf({
  published: [
    "logitBias",
    "bannedTokenIds",
    "penalties",
    "kgw",
    "dry",
    "topNSigma",
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
    // ours, before mirostat
    "topH",
    "mirostat",
    "xtc",
    "adaptiveP",
    "encoderRepetitionPenalty",
    "noRepeatNgram",
  ],
  topKKeepsTies: true,
  typicalKeeps: "ties",
  greedyBelow: 0,
  defaults: { penaltyScope: "prompt+output", penaltyLastN: 1024, dryPenaltyLastN: 1024 },
});
