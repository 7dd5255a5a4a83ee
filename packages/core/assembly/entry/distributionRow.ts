// What can be drawn.
import { JOB_FIRST_STAGE, STATUS_OK } from "../../src/layout";
import { keyTokenId } from "../list/keys";
import { keyAt, listCount, listMax } from "../list/list";
import { sortList } from "../list/sort";
import { weighList, weightAt } from "../list/weights";
import { beta, listAll, reopenRow } from "../row/row";
import { hasRest } from "../sparse/rest";
import { SHORT_OF_DRAW } from "../sparse/shortfall";
import { coverReader } from "./coverage";
import { begin, openJob, scanJob } from "./openedRow";
import { finish } from "./status";
import { applyStages } from "./walk";

/** Applies the stages before `endStage` that have not been done and writes what is left, best first: ids i32[n], and
 *  probabilities f64[n] at `probs`; returns n, or −status. Both have the capacity of the padded vocabulary; of the result only
 *  a status that is not OK is written, with what it is about. The rest as in `sample_row`. */
export function distribution_row(job: usize, endStage: i32, ids: usize, probs: usize, workspace: usize): i32 {
  let status = openJob(job, workspace);
  if (status != STATUS_OK) return -finish(status);
  status = scanJob(0);
  if (status == STATUS_OK) {
    begin();
    status = applyStages(load<i32>(job, JOB_FIRST_STAGE), endStage);
  }
  if (status == STATUS_OK && hasRest) status = coverReader(SHORT_OF_DRAW);
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
  return status == STATUS_OK ? listCount : -finish(status);
}
