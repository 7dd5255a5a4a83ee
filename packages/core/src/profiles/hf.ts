/** HF transformers: `_get_logits_processor` (2026). */
import { type Profile, profileOf } from "./profile.ts";

export const hf: Profile = profileOf({
  published: [
    "sequenceBias",
    "encoderRepetitionPenalty",
    "penalties",
    "noRepeatNgram",
    "encoderNoRepeatNgram",
    "bannedTokenIds",
    "badWords",
    "minTokens",
    "kgw",
    "temperature",
    "topH",
    "topK",
    "topP",
    "minP",
    "typicalP",
    "epsilonCutoff",
    "etaCutoff",
    "synthId",
  ],
  topKKeepsTies: true,
  typicalKeeps: "ties",
  topHSumsTerms: true,
  greedyBelow: 0,
  defaults: {},
});
