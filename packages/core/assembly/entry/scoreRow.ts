// Raw log-probabilities of a token that was drawn from another row.
import { PLAN_LOGPROBS, STATUS_OK } from "../../src/layout";
import { finishRawLogprobs, RAW_SCALE, startRawLogprobs } from "../draw/logprobs";
import { plan } from "../memory/job";
import { coverLogprobs } from "./coverage";
import { openJob, scanJob } from "./openedRow";
import { finish } from "./status";

/** Adds the raw log-probabilities that the plan asks for to a result whose token was drawn from a transformed row; the job's
 *  row is the one that came. The rest as in `sample_row`. */
export function score_row(job: usize, workspace: usize): i32 {
  let status = openJob(job, workspace);
  if (status != STATUS_OK) return finish(status);
  status = scanJob(RAW_SCALE);
  if (status == STATUS_OK) status = coverLogprobs(load<i32>(plan, PLAN_LOGPROBS));
  if (status != STATUS_OK) return finish(status);
  startRawLogprobs(load<i32>(plan, PLAN_LOGPROBS));
  finishRawLogprobs();
  return STATUS_OK;
}
