// Tokens that may not be the first of an output.
import { JOB_POSITION } from "../../src/layout";
import { job } from "../memory/job";
import { bannedTokenIds } from "./bannedTokenIds";

/** List: ids i32[n]. They are out at position 0. */
export function beginSuppressTokenIds(stage: usize): void {
  if (load<i32>(job, JOB_POSITION) == 0) bannedTokenIds(stage);
}
