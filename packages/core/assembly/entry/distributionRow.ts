// What can be drawn.
import { JOB_FIRST_STAGE, STATUS_INVALID_PLAN, STATUS_OK } from "../../src/layout";
import { keyTokenId } from "../list/keys";
import { keyAt, listCount, listMax } from "../list/list";
import { sortList } from "../list/sort";
import { weighList, weightAt } from "../list/weights";
import { useJob } from "../memory/job";
import { beta, listAll, reopenRow } from "../row/row";
import { begin, isKnownDtype, start } from "./openedRow";
import { applyStages } from "./walk";

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
  useJob(job, plan);
  if (!isKnownDtype(dtype)) return -STATUS_INVALID_PLAN;
  let status = start(source, dtype, vocabSize, undo, workspace, 0);
  if (status == STATUS_OK) {
    begin();
    status = applyStages(load<i32>(job, JOB_FIRST_STAGE), stageCount);
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
