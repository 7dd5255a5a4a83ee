// What is left after some stages, as a row.
import { JOB_FIRST_STAGE, RESULT_ERROR_INDEX, RESULT_STATUS, STATUS_OK } from "../../src/layout";
import { useJob } from "../memory/job";
import { reopenRow, writeRow } from "../row/row";
import { badIndex } from "../row/scan";
import { begin, isKnownDtype, refuseRow, start } from "./openedRow";
import { applyStages } from "./walk";

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
  useJob(job, plan);
  if (!isKnownDtype(dtype)) return refuseRow(result);
  let status = start(source, dtype, vocabSize, undo, workspace, 0);
  store<i32>(result, status == STATUS_OK ? -1 : badIndex, RESULT_ERROR_INDEX);
  if (status == STATUS_OK) {
    begin();
    status = applyStages(load<i32>(job, JOB_FIRST_STAGE), endStage);
  }
  if (status == STATUS_OK) writeRow(target);
  reopenRow(false);
  store<i32>(result, status, RESULT_STATUS);
  return status;
}
