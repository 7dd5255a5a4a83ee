// What comes before the first stage: the row is opened and scanned, the mask applied.
import {
  DTYPE_BF16,
  DTYPE_F16,
  DTYPE_F32,
  JOB_FIRST_STAGE,
  JOB_MASK,
  RESULT_ERROR_INDEX,
  RESULT_STATUS,
  STATUS_ALL_MASKED,
  STATUS_INVALID_PLAN,
  STATUS_OK,
} from "../../src/layout";
import { job } from "../memory/job";
import { useWorkspace, vocabularySize } from "../memory/workspace";
import { maskRow } from "../row/mask";
import { openRow, scanLoaded } from "../row/row";
import { rowMax } from "../row/scan";
import { forgetStages } from "./state";

// @ts-ignore: decorator
@inline
export function isKnownDtype(dtype: i32): bool {
  return dtype == DTYPE_F32 || dtype == DTYPE_F16 || dtype == DTYPE_BF16;
}

/** Fails a row that cannot be read. */
export function refuseRow(result: usize): i32 {
  store<i32>(result, -1, RESULT_ERROR_INDEX);
  store<i32>(result, STATUS_INVALID_PLAN, RESULT_STATUS);
  return STATUS_INVALID_PLAN;
}

/** Points the instance at a row and scans it. Returns a status. */
export function start(source: usize, dtype: i32, vocabSize: i32, undo: usize, workspace: usize, massScale: f32): i32 {
  useWorkspace(workspace, vocabSize);
  openRow(source, dtype, undo);
  const status = scanLoaded(massScale);
  if (status != STATUS_OK) return status;
  return rowMax == -Infinity ? STATUS_ALL_MASKED : STATUS_OK;
}

/** What comes before the first stage. */
export function begin(): void {
  if (load<i32>(job, JOB_FIRST_STAGE) > 0) return;
  forgetStages();
  const mask = <usize>load<u32>(job, JOB_MASK);
  if (mask != 0) maskRow(mask, vocabularySize);
}
