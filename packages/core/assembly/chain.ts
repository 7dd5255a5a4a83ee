// Walks a plan over one row: scan, edits, cuts, draw, log-probabilities.

import {
  DTYPE_BF16,
  DTYPE_F16,
  DTYPE_F32,
  JOB_FIRST_STAGE,
  JOB_MASK,
  OP_EPSILON_CUTOFF,
  OP_MIN_P,
  OP_MIROSTAT,
  OP_TEMPERATURE,
  OP_TOP_P,
  OP_TYPICAL_P,
  PLAN_HAS_STATE,
  PLAN_LOGPROBS,
  PLAN_LOGPROBS_PROCESSED,
  PLAN_STAGE_COUNT,
  RESULT_ERROR_INDEX,
  RESULT_KEPT_COUNT,
  RESULT_STATUS,
  RESULT_TOKEN_ID,
  RESULT_TOP_COUNT,
  STAGE_FLAGS,
  STAGE_NUMBER_0,
  STAGE_OPCODE,
  STATUS_ALL_MASKED,
  STATUS_INVALID_PLAN,
  STATUS_OK,
} from "../src/layout";
import { isFixed, topP } from "./cuts";
import { drawFromList, drawFromRow } from "./draw";
import { keyAt, keyTokenId, listCount, listMax, weighList, weightAt } from "./list";
import { finishRawLogprobs, processedLogprobs, RAW_SCALE, startRawLogprobs } from "./logprobs";
import { maskRow } from "./mask";
import { cheapScale, setPivot } from "./masses";
import { exactMass64Above } from "./masses64";
import { expNonPositive } from "./math";
import { holdNucleus, resumeNucleus } from "./nucleus";
import { typicalP } from "./ranked";
import {
  beta,
  floor,
  isDense,
  listAll,
  logitAt,
  openRow,
  reopenRow,
  row,
  scanLoaded,
  settleEdits,
  writeRow,
} from "./row";
import { badIndex, rowMax } from "./scan";
import { sortList } from "./selection";
import { forgetStages, writeState } from "./stateful";
import { drawTypical } from "./typicalDraw";
import { useWorkspace } from "./workspace";
import { applyStages, stageAt } from "./stages";

// @ts-ignore: decorator
@inline
function isKnownDtype(dtype: i32): bool {
  return dtype == DTYPE_F32 || dtype == DTYPE_F16 || dtype == DTYPE_BF16;
}

/** Fails a row that cannot be read. */
function refuseRow(result: usize): i32 {
  store<i32>(result, -1, RESULT_ERROR_INDEX);
  store<i32>(result, STATUS_INVALID_PLAN, RESULT_STATUS);
  return STATUS_INVALID_PLAN;
}

/** Points the instance at a row and scans it. Returns a status. */
function start(
  source: usize,
  dtype: i32,
  vocabSize: i32,
  job: usize,
  undo: usize,
  workspace: usize,
  massScale: f32,
): i32 {
  useWorkspace(workspace, vocabSize);
  openRow(source, dtype, job, undo);
  const status = scanLoaded(massScale);
  if (status != STATUS_OK) return status;
  return rowMax == -Infinity ? STATUS_ALL_MASKED : STATUS_OK;
}

/** Scale of the weights whose sum the first stages need, 0: of none. The sum of a row that is edited first is another. */
function firstMassScale(plan: usize, job: usize): f32 {
  let scale: f64 = 1;
  for (let i = load<i32>(job, JOB_FIRST_STAGE); i < load<i32>(plan, PLAN_STAGE_COUNT); i++) {
    const stage = stageAt(plan, i);
    const opcode = load<i32>(stage, STAGE_OPCODE);
    if (opcode == OP_MIROSTAT || opcode == OP_EPSILON_CUTOFF) return cheapScale(scale);
    if (opcode != OP_TEMPERATURE || !isFixed(stage)) return 0;
    scale /= load<f64>(stage, STAGE_NUMBER_0);
  }
  return 0;
}

/** What comes before the first stage. */
function begin(plan: usize, job: usize, vocabSize: i32): void {
  if (load<i32>(job, JOB_FIRST_STAGE) > 0) return;
  forgetStages();
  const mask = <usize>load<u32>(job, JOB_MASK);
  if (mask != 0) maskRow(mask, vocabSize);
}

/** Samples one row.
 *  source: row of `dtype`, padded with −Infinity to ROW_PADDING_ELEMENTS, 64-byte aligned; patched while the call lasts,
 *  left as it was. job, plan: read (job's undo count written), the job's mask too. undo: UNDO_CAPACITY entries. result: written.
 *  workspace: `workspace_bytes(vocabSize)`, 64-byte aligned, this worker's alone. Returns the status, also in the result. */
export function sample_row(
  source: usize,
  dtype: i32,
  vocabSize: i32,
  job: usize,
  undo: usize,
  plan: usize,
  result: usize,
  workspace: usize,
): i32 {
  const logprobs = load<i32>(plan, PLAN_LOGPROBS);
  const isRaw = logprobs >= 0 && load<i32>(plan, PLAN_LOGPROBS_PROCESSED) == 0 && load<i32>(job, JOB_FIRST_STAGE) == 0;
  store<i32>(result, -1, RESULT_TOKEN_ID);
  store<i32>(result, 0, RESULT_TOP_COUNT);
  if (!isKnownDtype(dtype)) return refuseRow(result);
  let status = start(source, dtype, vocabSize, job, undo, workspace, isRaw ? RAW_SCALE : firstMassScale(plan, job));
  store<i32>(result, status == STATUS_OK ? -1 : badIndex, RESULT_ERROR_INDEX);
  if (status == STATUS_OK) {
    if (isRaw) startRawLogprobs(result, logprobs);
    begin(plan, job, vocabSize);
    status = drawToken(plan, job, result, logprobs >= 0 && !isRaw ? logprobs : -1);
  }
  reopenRow(isRaw && status == STATUS_OK);
  if (isRaw && status == STATUS_OK) finishRawLogprobs(result);
  store<i32>(result, status, RESULT_STATUS);
  return status;
}

/** Index of a cut that the dense draw can make on the way, −1: none. A plain typical as the last stage, or a plain top-p with
 *  nothing but min-p and temperatures behind it, which change neither what is in its nucleus nor the order of tokens. */
function pendingCut(plan: usize, from: i32): i32 {
  const last = load<i32>(plan, PLAN_STAGE_COUNT) - 1;
  for (let i = last; i >= from; i--) {
    const stage = stageAt(plan, i);
    const opcode = load<i32>(stage, STAGE_OPCODE);
    if (opcode == OP_TOP_P || (opcode == OP_TYPICAL_P && i == last)) {
      return load<i32>(stage, STAGE_FLAGS) == 0 ? i : -1;
    }
    if (opcode != OP_MIN_P && !(opcode == OP_TEMPERATURE && isFixed(stage))) return -1;
  }
  return -1;
}

/** The chain and the draw. `logprobs` ≥ 0: those of the processed distribution are written too. */
function drawToken(plan: usize, job: usize, result: usize, logprobs: i32): i32 {
  const stageCount = load<i32>(plan, PLAN_STAGE_COUNT);
  const hasState = load<i32>(plan, PLAN_HAS_STATE) != 0;
  const first = load<i32>(job, JOB_FIRST_STAGE);
  const pending = hasState ? -1 : pendingCut(plan, first);
  const pendingStage = stageAt(plan, pending);
  const isTopP = pending >= 0 && load<i32>(pendingStage, STAGE_OPCODE) == OP_TOP_P;
  const isTypical = pending >= 0 && !isTopP;
  let status = applyStages(plan, first, pending < 0 ? stageCount : pending, job);
  if (status != STATUS_OK) return status;
  settleEdits();
  let tokenId: i32;
  let keptCount = -1;
  if (isTypical && (!isDense || floor > -Infinity)) typicalP(pendingStage);
  if (isTopP) {
    if (isDense) holdNucleus(load<f64>(pendingStage, STAGE_NUMBER_0));
    else topP(pendingStage);
    status = applyStages(plan, pending + 1, stageCount, job);
    if (status != STATUS_OK) return status;
  }
  if (isDense) {
    tokenId = isTypical ? drawTypical(job, pendingStage) : drawFromRow(job, isTopP);
    if (hasState) writeState(job, result, tokenId, probInRow(tokenId));
    if (logprobs >= 0) {
      if (isTopP) {
        resumeNucleus();
        topP(pendingStage);
        applyStages(plan, pending + 1, stageCount, job);
      }
      if (isTypical && isDense) typicalP(pendingStage);
      processedLogprobs(result, logprobs, tokenId);
    }
  } else {
    keptCount = listCount;
    const total = weighList(listMax(), beta);
    const drawn = drawFromList(job, total, 0);
    tokenId = keyTokenId(keyAt(drawn));
    if (hasState) writeState(job, result, tokenId, weightAt(drawn) / total);
    if (logprobs >= 0) processedLogprobs(result, logprobs, tokenId);
  }
  store<i32>(result, tokenId, RESULT_TOKEN_ID);
  store<i32>(result, keptCount, RESULT_KEPT_COUNT);
  return STATUS_OK;
}

/** Probability of a token of the dense row. */
function probInRow(tokenId: i32): f64 {
  setPivot(floor, -1);
  const total = exactMass64Above(row, rowMax, beta);
  return expNonPositive((<f64>logitAt(tokenId) - <f64>rowMax) * beta) / total;
}

/** Applies the first `stageCount` stages and writes what is left, best first: ids i32[n], and probabilities f64[n] at
 *  `probs`; returns n, or −status. Both have room for the padded vocabulary. The rest as in `sample_row`. */
export function distribution_row(
  source: usize,
  dtype: i32,
  vocabSize: i32,
  job: usize,
  undo: usize,
  plan: usize,
  stageCount: i32,
  ids: usize,
  probs: usize,
  workspace: usize,
): i32 {
  if (!isKnownDtype(dtype)) return -STATUS_INVALID_PLAN;
  let status = start(source, dtype, vocabSize, job, undo, workspace, 0);
  if (status == STATUS_OK) {
    begin(plan, job, vocabSize);
    status = applyStages(plan, load<i32>(job, JOB_FIRST_STAGE), stageCount, job);
  }
  if (status == STATUS_OK) {
    listAll();
    sortList();
    const total = weighList(listMax(), beta);
    for (let i = 0; i < listCount; i++) {
      store<i32>(ids + ((<usize>i) << 2), keyTokenId(keyAt(i)));
      store<f64>(probs + ((<usize>i) << 3), weightAt(i) / total);
    }
  }
  reopenRow(false);
  return status == STATUS_OK ? listCount : -status;
}

/** Applies the stages before `endStage` that have not been done and writes what is left as a row: f32[padded], 64-byte
 *  aligned, apart from `source`. Status and the index of a bad element go into the result too. The rest as in `sample_row`. */
export function transform_row(
  source: usize,
  dtype: i32,
  vocabSize: i32,
  job: usize,
  undo: usize,
  plan: usize,
  endStage: i32,
  target: usize,
  result: usize,
  workspace: usize,
): i32 {
  if (!isKnownDtype(dtype)) return refuseRow(result);
  let status = start(source, dtype, vocabSize, job, undo, workspace, 0);
  store<i32>(result, status == STATUS_OK ? -1 : badIndex, RESULT_ERROR_INDEX);
  if (status == STATUS_OK) {
    begin(plan, job, vocabSize);
    status = applyStages(plan, load<i32>(job, JOB_FIRST_STAGE), endStage, job);
  }
  if (status == STATUS_OK) writeRow(target);
  reopenRow(false);
  store<i32>(result, status, RESULT_STATUS);
  return status;
}

/** Adds the raw log-probabilities that the plan asks for to a result whose token was drawn from a transformed row; `source`
 *  is the row as it came. The rest as in `sample_row`. */
export function score_row(
  source: usize,
  dtype: i32,
  vocabSize: i32,
  job: usize,
  undo: usize,
  plan: usize,
  result: usize,
  workspace: usize,
): i32 {
  if (!isKnownDtype(dtype)) return refuseRow(result);
  const status = start(source, dtype, vocabSize, job, undo, workspace, RAW_SCALE);
  if (status != STATUS_OK) return status;
  startRawLogprobs(result, load<i32>(plan, PLAN_LOGPROBS));
  finishRawLogprobs(result);
  return STATUS_OK;
}
