// The kernel of each opcode. The one place that knows all of them.
import {
  BAD_WORDS_SKIP_PROMPT,
  OP_ADAPTIVE_P,
  OP_ALLOWED,
  OP_BAD_WORDS,
  OP_BANNED,
  OP_DRY,
  OP_EPSILON_CUTOFF,
  OP_ETA_CUTOFF,
  OP_KGW,
  OP_LOGIT_BIAS,
  OP_MIN_K,
  OP_MIN_P,
  OP_MIN_TOKENS,
  OP_MIROSTAT,
  OP_NO_REPEAT_NGRAM,
  OP_P_LESS,
  OP_PENALTIES,
  OP_SMOOTHING,
  OP_SYNTH_ID,
  OP_TAIL_FREE,
  OP_TEMPERATURE,
  OP_TOP_A,
  OP_TOP_H,
  OP_TOP_K,
  OP_TOP_N_SIGMA,
  OP_TOP_P,
  OP_TYPICAL_P,
  OP_XTC,
  PENALTY_FREQUENCY_SEES_PROMPT,
  PENALTY_REPETITION_SEES_PROMPT,
  STAGE_FLAGS,
  STAGE_INTEGER,
  STATUS_INVALID_PLAN,
  STATUS_OK,
  SYNTH_ID_TABLE,
  TOP_H_SUMS_TERMS,
  TOP_K_KEEPS_TIES,
  TOP_P_KEEPS_TIES,
  TOP_P_PASSES_EDGE,
  TYPICAL_KEEPS_TIES,
  TYPICAL_PASSES_EDGE,
} from "../../src/layout";
import { adaptiveP } from "../samplers/adaptiveP";
import { allowedTokenIds } from "../samplers/allowedTokenIds";
import { badWords } from "../samplers/badWords";
import { bannedTokenIds } from "../samplers/bannedTokenIds";
import { dry } from "../samplers/dry";
import { epsilonCutoff } from "../samplers/epsilonCutoff";
import { etaCutoff } from "../samplers/etaCutoff";
import { kgw } from "../samplers/kgw";
import { logitBias } from "../samplers/logitBias";
import { minK } from "../samplers/minK";
import { minP } from "../samplers/minP";
import { minTokens } from "../samplers/minTokens";
import { mirostat } from "../samplers/mirostat";
import { noRepeatNgram } from "../samplers/noRepeatNgram";
import { pLess } from "../samplers/pLess";
import { penalties } from "../samplers/penalties";
import { smoothing } from "../samplers/smoothing";
import { synthId } from "../samplers/synthId";
import { tailFree } from "../samplers/tailFree";
import { temperature } from "../samplers/temperature";
import { topA } from "../samplers/topA";
import { topH } from "../samplers/topH";
import { topK } from "../samplers/topK";
import { topNSigma } from "../samplers/topNSigma";
import { topP } from "../samplers/topP";
import { typicalP } from "../samplers/typicalP";
import { xtc } from "../samplers/xtc";

/** The flags that a stage's kernel knows. */
function flagsOf(opcode: i32): i32 {
  switch (opcode) {
    case OP_PENALTIES:
      return PENALTY_REPETITION_SEES_PROMPT | PENALTY_FREQUENCY_SEES_PROMPT;
    case OP_BAD_WORDS:
      return BAD_WORDS_SKIP_PROMPT;
    case OP_DRY:
      return i32.MAX_VALUE; // a number
    case OP_TOP_K:
      return TOP_K_KEEPS_TIES;
    case OP_TOP_P:
      return TOP_P_KEEPS_TIES | TOP_P_PASSES_EDGE;
    case OP_TYPICAL_P:
      return TYPICAL_KEEPS_TIES | TYPICAL_PASSES_EDGE;
    case OP_TOP_H:
      return TOP_H_SUMS_TERMS;
    case OP_SYNTH_ID:
      return SYNTH_ID_TABLE;
    default:
      return 0;
  }
}

/** Returns a status: an opcode that is not here, or a code in its record that its kernel lacks, fails the row. */
export function applyStage(opcode: i32, stage: usize): i32 {
  if ((load<i32>(stage, STAGE_FLAGS) & ~flagsOf(opcode)) != 0) return STATUS_INVALID_PLAN;
  switch (opcode) {
    case OP_LOGIT_BIAS:
      logitBias(stage);
      return STATUS_OK;
    case OP_ALLOWED:
      allowedTokenIds(stage);
      return STATUS_OK;
    case OP_BANNED:
      bannedTokenIds(stage);
      return STATUS_OK;
    case OP_MIN_TOKENS:
      minTokens(stage);
      return STATUS_OK;
    case OP_PENALTIES:
      penalties(stage);
      return STATUS_OK;
    case OP_NO_REPEAT_NGRAM:
      noRepeatNgram(stage);
      return STATUS_OK;
    case OP_BAD_WORDS:
      badWords(stage);
      return STATUS_OK;
    case OP_DRY:
      dry(stage);
      return STATUS_OK;
    case OP_TEMPERATURE:
      temperature(stage);
      return STATUS_OK;
    case OP_TOP_K:
      topK(stage);
      return STATUS_OK;
    case OP_TOP_P:
      topP(stage);
      return STATUS_OK;
    case OP_MIN_P:
      minP(stage);
      return STATUS_OK;
    case OP_TOP_N_SIGMA:
      topNSigma(stage);
      return STATUS_OK;
    case OP_MIN_K:
      minK(stage);
      return STATUS_OK;
    case OP_TYPICAL_P:
      typicalP(stage);
      return STATUS_OK;
    case OP_EPSILON_CUTOFF:
      epsilonCutoff(stage);
      return STATUS_OK;
    case OP_ETA_CUTOFF:
      etaCutoff(stage);
      return STATUS_OK;
    case OP_TOP_A:
      topA(stage);
      return STATUS_OK;
    case OP_TAIL_FREE:
      tailFree(stage);
      return STATUS_OK;
    case OP_TOP_H:
      topH(stage);
      return STATUS_OK;
    case OP_SMOOTHING:
      smoothing(stage);
      return STATUS_OK;
    case OP_P_LESS:
      pLess(stage);
      return STATUS_OK;
    case OP_MIROSTAT:
      if (<u32>(load<i32>(stage, STAGE_INTEGER) - 1) > 1) return STATUS_INVALID_PLAN;
      mirostat(stage);
      return STATUS_OK;
    case OP_ADAPTIVE_P:
      adaptiveP(stage);
      return STATUS_OK;
    case OP_XTC:
      xtc(stage);
      return STATUS_OK;
    case OP_KGW:
      kgw(stage);
      return STATUS_OK;
    case OP_SYNTH_ID:
      synthId(stage);
      return STATUS_OK;
    default:
      return STATUS_INVALID_PLAN;
  }
}
