/**
 * The one table of samplers. A sampler is one entry here (parameters, packed record, f64 reference) and one kernel of the
 * same opcode in `assembly/samplers/`; profiles name the order.
 */
import { minP, smoothing, temperature, topK, topP } from "./cuts.ts";
import { adaptiveP } from "./adaptiveP.ts";
import { badWords } from "./badWords.ts";
import { dry } from "./dry.ts";
import { allowedTokenIds, bannedTokenIds, logitBias, minTokens, noRepeatNgram, penalties } from "./edits.ts";
import { mirostat } from "./mirostat.ts";
import { minK, tailFree, topH, typicalP, xtc } from "./ranked.ts";
import type { Stage } from "./stage.ts";
import { epsilonCutoff, etaCutoff, pLess, topA, topNSigma } from "./thresholds.ts";
import { kgw, synthId } from "./watermarks.ts";

/** A stage of the user's own, by the name that it was given under to `createSampler` or a pool. */
export type CustomStageName = `custom:${string}`;

export type StageName =
  | "logitBias"
  | "allowedTokenIds"
  | "bannedTokenIds"
  | "minTokens"
  | "penalties"
  | "temperature"
  | "topK"
  | "topP"
  | "minP"
  | "topNSigma"
  | "typicalP"
  | "epsilonCutoff"
  | "etaCutoff"
  | "topA"
  | "tailFree"
  | "xtc"
  | "topH"
  | "smoothing"
  | "noRepeatNgram"
  | "kgw"
  | "synthId"
  | "badWords"
  | "minK"
  | "pLess"
  | "dry"
  | "mirostat"
  | "adaptiveP";

export const stages: Readonly<Record<StageName, Stage>> = {
  logitBias,
  allowedTokenIds,
  bannedTokenIds,
  minTokens,
  penalties,
  temperature,
  topK,
  topP,
  minP,
  topNSigma,
  typicalP,
  epsilonCutoff,
  etaCutoff,
  topA,
  tailFree,
  xtc,
  topH,
  smoothing,
  noRepeatNgram,
  kgw,
  synthId,
  badWords,
  minK,
  pLess,
  dry,
  mirostat,
  adaptiveP,
};
