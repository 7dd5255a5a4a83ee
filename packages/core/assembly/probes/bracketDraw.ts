// The draw for a bracket of temperatures, and at one.
import { drawFromRow, drawWithin } from "../draw/denseDraw";
import { openJob, scanJob } from "../entry/openedRow";
import { setBeta } from "../row/row";

/** Opens and scans the row of a job, whose draws are the next ones. Returns a status. */
export function open(job: usize, workspace: usize): i32 {
  openJob(job, workspace);
  return scanJob(0);
}

export function draw_within(beta: f64, share: f64): i32 {
  setBeta(beta);
  return drawWithin(share);
}

export function draw_at(beta: f64): i32 {
  setBeta(beta);
  return drawFromRow();
}
