/** The kernels' numbers of the samplers. */
import * as layout from "../layout.ts";
import { isCustomName } from "../params/samplingParams.ts";
import type { SamplerName } from "../samplers/table.ts";
import type { StageName } from "./order.ts";

const opcodes: Readonly<Record<SamplerName, number>> = {
  logitBias: layout.OP_LOGIT_BIAS,
  allowedTokenIds: layout.OP_ALLOWED,
  bannedTokenIds: layout.OP_BANNED,
  minTokens: layout.OP_MIN_TOKENS,
  penalties: layout.OP_PENALTIES,
  noRepeatNgram: layout.OP_NO_REPEAT_NGRAM,
  badWords: layout.OP_BAD_WORDS,
  dry: layout.OP_DRY,
  kgw: layout.OP_KGW,
  temperature: layout.OP_TEMPERATURE,
  topK: layout.OP_TOP_K,
  topP: layout.OP_TOP_P,
  minP: layout.OP_MIN_P,
  topNSigma: layout.OP_TOP_N_SIGMA,
  typicalP: layout.OP_TYPICAL_P,
  epsilonCutoff: layout.OP_EPSILON_CUTOFF,
  etaCutoff: layout.OP_ETA_CUTOFF,
  topA: layout.OP_TOP_A,
  tailFree: layout.OP_TAIL_FREE,
  xtc: layout.OP_XTC,
  topH: layout.OP_TOP_H,
  smoothing: layout.OP_SMOOTHING,
  pLess: layout.OP_P_LESS,
  mirostat: layout.OP_MIROSTAT,
  adaptiveP: layout.OP_ADAPTIVE_P,
  minK: layout.OP_MIN_K,
  synthId: layout.OP_SYNTH_ID,
};

export const opcodeOf = (name: StageName): number => (isCustomName(name) ? layout.OP_CUSTOM : opcodes[name]);
