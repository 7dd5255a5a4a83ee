// The k largest.
import { STAGE_FLAGS, STAGE_INTEGER } from "../../src/layout";
import { TOP_K_KEEPS_TIES } from "../../src/generated/samplerConstants";
import { gatherLargest } from "../list/gatherLargest";
import { keepAbove } from "../list/list";
import { selectLargest, selectLargestWithTies } from "../list/select";
import { floor, isDense, row, useList } from "../row/row";
import { rowMax } from "../row/scan";

/** The k largest, equals by lowest id, or with all equals of the k-th. */
export function topK(stage: usize): void {
  const k = load<i32>(stage, STAGE_INTEGER);
  listLargest(k);
  if (load<i32>(stage, STAGE_FLAGS) & TOP_K_KEEPS_TIES) selectLargestWithTies(k);
  else selectLargest(k);
}

/** Keeps the k largest, equals by lowest id. */
export function keepLargest(k: i32): void {
  listLargest(k);
  selectLargest(k);
}

/** Of a dense row, lists the k largest at least. */
function listLargest(k: i32): void {
  if (!isDense) return;
  gatherLargest(row, k, rowMax);
  keepAbove(floor);
  useList();
}
