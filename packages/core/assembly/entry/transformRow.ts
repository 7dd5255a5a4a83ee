// What is left after some stages, as a row.
import { JOB_FIRST_STAGE, OP_CUSTOM, STATUS_OK } from "../../src/layout";
import { reopenRow } from "../row/row";
import { writeRow } from "../row/writeRow";
import { hasRest } from "../sparse/rest";
import { coverReader } from "./coverage";
import { begin, openJob, scanJob } from "./openedRow";
import { finish } from "./status";
import { applyStages } from "./walk";

/** Applies the stages before `endStage` that have not been done and writes what is left as a row: f32[padded], 64-byte
 *  aligned, apart from the job's. Only the status, and the index of a bad element, go into the result. The rest as in
 *  `sample_row`. */
export function transform_row(job: usize, endStage: i32, target: usize, workspace: usize): i32 {
  let status = openJob(job, workspace);
  if (status != STATUS_OK) return finish(status);
  status = scanJob(0);
  if (status == STATUS_OK) {
    begin();
    status = applyStages(load<i32>(job, JOB_FIRST_STAGE), endStage);
  }
  if (status == STATUS_OK && hasRest) status = coverReader(OP_CUSTOM);
  if (status == STATUS_OK) writeRow(target);
  reopenRow(false);
  return finish(status);
}
