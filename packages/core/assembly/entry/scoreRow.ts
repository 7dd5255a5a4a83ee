// Raw log-probabilities.
import { PLAN_LOGPROBS, STATUS_OK } from "../../src/layout";
import { finishRawLogprobs, RAW_SCALE, startRawLogprobs } from "../draw/logprobs";
import { useJob } from "../memory/job";
import { isKnownDtype, refuseRow, start } from "./openedRow";

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
  useJob(job, plan);
  if (!isKnownDtype(dtype)) return refuseRow(result);
  const status = start(source, dtype, vocabSize, undo, workspace, RAW_SCALE);
  if (status != STATUS_OK) return status;
  startRawLogprobs(result, load<i32>(plan, PLAN_LOGPROBS));
  finishRawLogprobs(result);
  return STATUS_OK;
}
