// The stages of a plan, one after the other. The one place that knows all opcodes.

import {
  BAD_WORDS_SKIP_PROMPT,
  OP_ADAPTIVE_P,
  OP_ALLOWED,
  OP_BAD_WORDS,
  OP_BANNED,
  OP_DRY,
  OP_EPSILON_CUTOFF,
  OP_ETA_CUTOFF,
  OP_FIRST_NON_EDIT,
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
  PLAN_HEADER_BYTES,
  STAGE_BYTES,
  STAGE_FLAGS,
  STAGE_INTEGER,
  STAGE_OPCODE,
  STATUS_ALL_MASKED,
  STATUS_INVALID_PLAN,
  STATUS_OK,
  SYNTH_ID_TABLE,
  TOP_H_SUMS_TERMS,
  TOP_K_KEEPS_TIES,
  TOP_P_KEEPS_TIES,
  TOP_P_PASSES_EDGE,
  TYPICAL_KEEPS_TIES,
  TYPICAL_PASSES_EDGE,
} from "../src/layout";
import { badWords } from "./badWords";
import { minP, temperature, topK, topP } from "./cuts";
import { dry } from "./dry";
import { allowedTokenIds, bannedTokenIds, logitBias, minTokens, noRepeatNgram, penalties } from "./edits";
import { minK } from "./minK";
import { tailFree, topH, typicalP, xtc } from "./ranked";
import { isEmpty, settleEdits, startEdits } from "./row";
import { rowMax } from "./scan";
import { smoothing } from "./smoothing";
import { adaptiveP, mirostat } from "./stateful";
import { epsilonCutoff, etaCutoff, pLess, topA, topNSigma } from "./thresholds";
import { kgw, synthId } from "./watermark";

// @ts-ignore: decorator
@inline
export function stageAt(plan: usize, index: i32): usize {
  return plan + PLAN_HEADER_BYTES + <usize>index * STAGE_BYTES;
}

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
function applyStage(opcode: i32, plan: usize, stage: usize, job: usize): i32 {
  if ((load<i32>(stage, STAGE_FLAGS) & ~flagsOf(opcode)) != 0) return STATUS_INVALID_PLAN;
  switch (opcode) {
    case OP_LOGIT_BIAS:
      logitBias(plan, stage);
      return STATUS_OK;
    case OP_ALLOWED:
      allowedTokenIds(plan, stage);
      return STATUS_OK;
    case OP_BANNED:
      bannedTokenIds(plan, stage);
      return STATUS_OK;
    case OP_MIN_TOKENS:
      minTokens(plan, stage, job);
      return STATUS_OK;
    case OP_PENALTIES:
      penalties(stage, job);
      return STATUS_OK;
    case OP_NO_REPEAT_NGRAM:
      noRepeatNgram(stage, job);
      return STATUS_OK;
    case OP_BAD_WORDS:
      badWords(plan, stage, job);
      return STATUS_OK;
    case OP_DRY:
      dry(plan, stage, job);
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
      pLess();
      return STATUS_OK;
    case OP_MIROSTAT:
      if (<u32>(load<i32>(stage, STAGE_INTEGER) - 1) > 1) return STATUS_INVALID_PLAN;
      mirostat(stage, job);
      return STATUS_OK;
    case OP_ADAPTIVE_P:
      adaptiveP(stage, job);
      return STATUS_OK;
    case OP_XTC:
      xtc(stage, job);
      return STATUS_OK;
    case OP_KGW:
      kgw(plan, stage, job);
      return STATUS_OK;
    case OP_SYNTH_ID:
      synthId(plan, stage, job);
      return STATUS_OK;
    default:
      return STATUS_INVALID_PLAN;
  }
}

/** Applies the stages from `from` on before `end`. Returns a status. */
export function applyStages(plan: usize, from: i32, end: i32, job: usize): i32 {
  let isEditing = true;
  for (let i = from; i < end; i++) {
    const stage = stageAt(plan, i);
    const opcode = load<i32>(stage, STAGE_OPCODE);
    const isEdit = opcode < OP_FIRST_NON_EDIT;
    if (isEditing && !isEdit) {
      settleEdits();
      if (isEmpty(rowMax)) return STATUS_ALL_MASKED;
    } else if (isEdit && !isEditing) startEdits();
    isEditing = isEdit;
    const status = applyStage(opcode, plan, stage, job);
    if (status != STATUS_OK) return status;
  }
  if (!isEditing) return STATUS_OK;
  settleEdits();
  return isEmpty(rowMax) ? STATUS_ALL_MASKED : STATUS_OK;
}
