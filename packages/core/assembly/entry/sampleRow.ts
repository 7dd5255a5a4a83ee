// Walks a plan over one row: scan, edits, cuts, draw, log-probabilities.
import {
  JOB_FIRST_STAGE,
  PLAN_LOGPROBS,
  PLAN_LOGPROBS_PROCESSED,
  RESULT_ERROR_INDEX,
  RESULT_STATUS,
  RESULT_TOKEN_ID,
  RESULT_TOP_COUNT,
  STATUS_OK,
} from "../../src/layout";
import { finishRawLogprobs, RAW_SCALE, startRawLogprobs } from "../draw/logprobs";
import { useJob } from "../memory/job";
import { reopenRow } from "../row/row";
import { badIndex } from "../row/scan";
import { drawToken } from "./drawToken";
import { begin, isKnownDtype, refuseRow, start } from "./openedRow";
import { firstMassScale } from "./pendingCut";

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
  useJob(job, plan);
  const logprobs = load<i32>(plan, PLAN_LOGPROBS);
  const isRaw = logprobs >= 0 && load<i32>(plan, PLAN_LOGPROBS_PROCESSED) == 0 && load<i32>(job, JOB_FIRST_STAGE) == 0;
  store<i32>(result, -1, RESULT_TOKEN_ID);
  store<i32>(result, 0, RESULT_TOP_COUNT);
  if (!isKnownDtype(dtype)) return refuseRow(result);
  let status = start(source, dtype, vocabSize, undo, workspace, isRaw ? RAW_SCALE : firstMassScale());
  store<i32>(result, status == STATUS_OK ? -1 : badIndex, RESULT_ERROR_INDEX);
  if (status == STATUS_OK) {
    if (isRaw) startRawLogprobs(result, logprobs);
    begin();
    status = drawToken(result, logprobs >= 0 && !isRaw ? logprobs : -1);
  }
  reopenRow(isRaw && status == STATUS_OK);
  if (isRaw && status == STATUS_OK) finishRawLogprobs(result);
  store<i32>(result, status, RESULT_STATUS);
  return status;
}
