// Stages that cut or reshape the distribution. Each keeps at least one token. All but the dense short cuts work on the
// list, which `listAll` makes of a dense row.
import {
  STAGE_FLAGS,
  STAGE_INTEGER,
  STAGE_NUMBER_0,
  TOP_K_KEEPS_TIES,
} from "../src/layout";
import {
  gatherAbove,
  gatherLargest,
  keepAbove,
  keepAtLeast,
  listMax,
  listOne,
  selectLargest,
  selectLargestWithTies,
  selectMass,
  sortList,
  weighList,
} from "./list";
import { roundedDown } from "./floats";
import { logPositive } from "./math";
import { beta, floor, isDense, raiseFloor, row, setBeta, setSparse } from "./row";
import { argMax, rowMax } from "./scan";

/** x /= T; 0 leaves only the largest logit, the lowest id of equals. */
export function temperature(stage: usize): void {
  const t = load<f64>(stage, STAGE_NUMBER_0);
  if (t > 0) return setBeta(min(beta / t, 1e300)); // still sets apart any two floats, and 0·beta stays 0
  if (isDense) {
    listOne(rowMax, argMax(row));
    setSparse();
  } else selectLargest(1);
}

/** The k largest, equals by lowest id, or with all equals of the k-th. */
export function topK(stage: usize): void {
  const k = load<i32>(stage, STAGE_INTEGER);
  if (isDense) {
    gatherLargest(row, k, rowMax);
    keepAbove(floor);
    setSparse();
  }
  if (load<i32>(stage, STAGE_FLAGS) & TOP_K_KEEPS_TIES) selectLargestWithTies(k);
  else selectLargest(k);
}

/** x ≥ max + ln(minP)·T. */
export function minP(stage: usize): void {
  const largest = isDense ? rowMax : listMax();
  const threshold = <f64>largest + logPositive(load<f64>(stage, STAGE_NUMBER_0)) / beta;
  if (isDense) raiseFloor(threshold);
  else keepAtLeast(threshold);
}

/** The largest tokens until their mass reaches p. (Holtzman et al. 2020, arXiv 1904.09751.) */
export function topP(stage: usize): void {
  if (isDense) {
    // what lies 60 nats below the largest adds less than 2^-66 to a sum of at least 1: nothing, in f64
    gatherAbove(row, max(floor, roundedDown(<f64>rowMax - 60.0 / beta)));
    setSparse();
  }
  selectMass(load<f64>(stage, STAGE_NUMBER_0) * weighList(listMax(), beta));
}
