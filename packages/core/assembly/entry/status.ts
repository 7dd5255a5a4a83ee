// The status of a job.
import { RESULT_ERROR_INDEX, RESULT_STATUS, STATUS_NAN, STATUS_POSITIVE_INFINITY } from "../../src/layout";
import { result } from "../memory/job";
import { badIndex } from "../row/scan";

/** Writes the status, and the index of the element that it is about. Returns it. */
export function finish(status: i32): i32 {
  const isOfElement = status == STATUS_NAN || status == STATUS_POSITIVE_INFINITY;
  store<i32>(result, isOfElement ? badIndex : -1, RESULT_ERROR_INDEX);
  store<i32>(result, status, RESULT_STATUS);
  return status;
}
