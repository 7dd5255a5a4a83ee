// Walks a plan over one row: scan, edits, cuts, draw, log-probabilities.
import {
  JOB_FIRST_STAGE,
  PLAN_LOGPROBS,
  PLAN_LOGPROBS_PROCESSED,
  RESULT_HOLDS,
  RESULT_NAMED_COUNT,
  RESULT_TOKEN_ID,
  RESULT_TOP_COUNT,
  STATUS_OK,
} from "../../src/layout";
import { finishRawLogprobs, RAW_SCALE, startRawLogprobs } from "../draw/logprobs";
import { startMask, wantsMask } from "../draw/samplingMask";
import { plan, result } from "../memory/job";
import { reopenRow } from "../row/row";
import { drawToken } from "./drawToken";
import { coverLogprobs } from "./coverage";
import { begin, openJob, scanJob } from "./openedRow";
import { firstMassScale } from "./pendingCut";
import { finish } from "./status";

/** Samples the row of a job (layout.ts), which is read but for its undo count.
 *  The row: of the job's dtype, padded with −Infinity to ROW_PADDING_ELEMENTS, 64-byte aligned; patched while the call lasts,
 *  left as it was. The job's plan, history and mask: read. Its undo log and result: written. workspace:
 *  `workspace_bytes(vocabSize)`, 64-byte aligned, this worker's alone. Returns the status, also in the result. */
export function sample_row(job: usize, workspace: usize): i32 {
  let status = openJob(job, workspace);
  store<i32>(result, -1, RESULT_TOKEN_ID);
  store<i32>(result, 0, RESULT_TOP_COUNT);
  store<i32>(result, 0, RESULT_NAMED_COUNT);
  store<i32>(result, 0, RESULT_HOLDS);
  if (status != STATUS_OK) return finish(status);
  const logprobs = load<i32>(plan, PLAN_LOGPROBS);
  const isRaw = logprobs >= 0 && load<i32>(plan, PLAN_LOGPROBS_PROCESSED) == 0 && load<i32>(job, JOB_FIRST_STAGE) == 0;
  status = scanJob(isRaw ? RAW_SCALE : firstMassScale());
  if (status == STATUS_OK && isRaw) status = coverLogprobs(logprobs);
  if (status == STATUS_OK) {
    if (isRaw) startRawLogprobs(logprobs);
    if (wantsMask()) startMask();
    begin();
    status = drawToken(logprobs >= 0 && !isRaw ? logprobs : -1);
  }
  reopenRow(isRaw && status == STATUS_OK);
  if (isRaw && status == STATUS_OK) finishRawLogprobs();
  return finish(status);
}
