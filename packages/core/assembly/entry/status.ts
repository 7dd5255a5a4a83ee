// The status of a job.
import {
  RESULT_ERROR_INDEX,
  RESULT_SHORT_COVERED,
  RESULT_SHORT_NEEDED,
  RESULT_SHORT_STAGE,
  RESULT_STATUS,
  STATUS_INVALID_SPARSE_ROW,
  STATUS_NAN,
  STATUS_POSITIVE_INFINITY,
  STATUS_ROW_TOO_SPARSE,
  STATUS_SAMPLING_MASK_TOO_LARGE,
} from "../../src/layout";
import { result } from "../memory/job";
import { badIndex } from "../row/scan";
import { shortCovered, shortNeeded, shortStage } from "../sparse/shortfall";

/** Writes the status, and what it is about. Returns it. */
export function finish(status: i32): i32 {
  const isOfElement = status == STATUS_NAN || status == STATUS_POSITIVE_INFINITY || status == STATUS_INVALID_SPARSE_ROW;
  if (status == STATUS_ROW_TOO_SPARSE || status == STATUS_SAMPLING_MASK_TOO_LARGE) {
    store<i32>(result, shortStage, RESULT_SHORT_STAGE);
    store<f64>(result, shortNeeded, RESULT_SHORT_NEEDED);
    store<f64>(result, shortCovered, RESULT_SHORT_COVERED);
  }
  store<i32>(result, isOfElement ? badIndex : -1, RESULT_ERROR_INDEX);
  store<i32>(result, status, RESULT_STATUS);
  return status;
}
