// What comes before the first stage: the row is opened and scanned, the mask applied.
import {
  DTYPE_BF16,
  DTYPE_F16,
  DTYPE_F32,
  JOB_DTYPE,
  JOB_FIRST_STAGE,
  JOB_MASK,
  JOB_VOCAB_SIZE,
  STATUS_INVALID_PLAN,
  STATUS_OK,
} from "../../src/layout";
import { job, useJob } from "../memory/job";
import { useWorkspace, vocabularySize } from "../memory/workspace";
import { maskRow } from "../row/mask";
import { openRow, scanLoaded } from "../row/row";
import { rowMax } from "../row/scan";
import { forgetStages } from "./state";
import { nothingLeft } from "./walk";

/** Points the instance at a job. Returns a status: a row of a dtype that is not known cannot be read. */
export function openJob(record: usize, workspace: usize): i32 {
  useJob(record);
  const dtype = load<i32>(record, JOB_DTYPE);
  if (dtype != DTYPE_F32 && dtype != DTYPE_F16 && dtype != DTYPE_BF16) return STATUS_INVALID_PLAN;
  useWorkspace(workspace, load<i32>(record, JOB_VOCAB_SIZE));
  return STATUS_OK;
}

/** Opens and scans the job's row; massScale: as in `scanRow`. Returns a status. */
export function scanJob(massScale: f32): i32 {
  openRow();
  const status = scanLoaded(massScale);
  if (status != STATUS_OK) return status;
  return rowMax == -Infinity ? nothingLeft() : STATUS_OK;
}

/** What comes before the first stage. */
export function begin(): void {
  if (load<i32>(job, JOB_FIRST_STAGE) > 0) return;
  forgetStages();
  const mask = <usize>load<u32>(job, JOB_MASK);
  if (mask != 0) maskRow(mask, vocabularySize);
}
