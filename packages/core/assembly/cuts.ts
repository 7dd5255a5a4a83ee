// Stages that cut or reshape the distribution. Each keeps at least one token. All but the dense short cuts work on the
// list, which `listAll` makes of a dense row.
import {
  STAGE_FLAGS,
  STAGE_INTEGER,
  STAGE_NUMBER_0,
  STAGE_NUMBER_1,
  STAGE_NUMBER_2,
  TOP_K_KEEPS_TIES,
  TOP_P_KEEPS_TIES,
  TOP_P_PASSES_EDGE,
} from "../src/layout";
import { canCutDense, EXACT_TIER, logMass, rowEntropy, tierError } from "./denseCut";
import { floatBelow, roundedDown } from "./floats";
import { countAtLeast, gatherAbove, gatherLargest } from "./gather";
import {
  keepAbove,
  keepAtLeast,
  keyAt,
  keyLogit,
  keyOf,
  keyTokenId,
  listCount,
  listMax,
  listOne,
  setCount,
  setKey,
  setUnsorted,
  weighList,
} from "./list";
import { expModerate, expNonPositive, logPositive } from "./math";
import { beta, floor, isDense, listAll, raiseFloor, row, setBeta, setSparse } from "./row";
import { argMax, rowMax } from "./scan";
import { lastMass, selectedMass, selectLargest, selectLargestWithTies, selectMass, takeBackEquals } from "./selection";
import { entropy } from "./thresholds";
import { paddedLength } from "./workspace";

/** Whether a temperature is positive and the same for all rows. */
export function isFixed(stage: usize): bool {
  return load<f64>(stage, STAGE_NUMBER_0) > 0 && load<f64>(stage, STAGE_NUMBER_1) == 0;
}

/** x /= T; 0 leaves only the largest logit, the lowest id of equals. Numbers: T, range, exponent. With a range, T goes
 *  from T − range to T + range with the entropy: the nearer to uniform, the hotter. (llama.cpp, kalomaze 2023.) */
export function temperature(stage: usize): void {
  let t = load<f64>(stage, STAGE_NUMBER_0);
  const range = load<f64>(stage, STAGE_NUMBER_1);
  if (range > 0) {
    const isWhole = canCutDense();
    if (!isWhole) listAll();
    const count = isWhole ? countAtLeast(row, -f32.MAX_VALUE) : listCount;
    if (count > 1) {
      const nats = isWhole ? rowEntropy(EXACT_TIER) : entropy(listMax(), weighList(listMax(), beta));
      const relative = min(nats / logPositive(<f64>count), 1);
      const coolest = max(t - range, 0);
      const share = relative > 0 ? expNonPositive(load<f64>(stage, STAGE_NUMBER_2) * logPositive(relative)) : 0;
      t = coolest + (t + range - coolest) * share;
    }
  }
  if (t > 0) return setBeta(min(beta / t, 1e260)); // sets apart any two floats, and the product with any difference of two stays finite
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

/** Sizes of the lists in which the nucleus of an uncut row is looked for before the whole row is listed. */
const FIRST_LIST = 1024;
const LIST_GROWTH = 16;
/** Least share of the row that is worth leaving out. */
const LEFT_OUT = 4;

/** The largest tokens until their mass reaches p, or as the flags say. (Holtzman et al. 2020, arXiv 1904.09751.) */
export function topP(stage: usize): void {
  const p = load<f64>(stage, STAGE_NUMBER_0);
  const flags = load<i32>(stage, STAGE_FLAGS);
  for (let size = FIRST_LIST; size * LEFT_OUT < paddedLength && canCutDense(); size *= LIST_GROWTH) {
    if (selectNucleus(p, flags, size)) return;
  }
  if (isDense) {
    // what lies 60 nats below the largest adds less than 2^-66 to a sum of at least 1: nothing, in f64
    const least = min(roundedDown(<f64>rowMax - 60.0 / beta), floatBelow(rowMax)); // 60 / beta may round to nothing
    gatherAbove(row, max(floor, least));
    setSparse();
  }
  const count = listCount;
  selectToward(p * weighList(listMax(), beta), flags);
  if (flags & TOP_P_KEEPS_TIES) takeBackEquals(count);
}

// @ts-ignore: decorator
@inline
function selectToward(target: f64, flags: i32): void {
  selectMass(flags & TOP_P_PASSES_EDGE ? reinterpret<f64>(reinterpret<u64>(target) + 1) : target);
}

/** Lists the nucleus from among the `size` largest tokens or more. False if it has more. */
function selectNucleus(p: f64, flags: i32, size: i32): bool {
  gatherLargest(row, size, rowMax);
  const total = expModerate(logMass(1, 0));
  if (weighList(rowMax, beta) < p * total * (1 + 2 * tierError)) return false;
  const count = listCount;
  selectToward(p * total, flags);
  const slack = 2 * tierError * total;
  if (selectedMass < p * total + slack || selectedMass - lastMass >= p * total - slack) {
    setCount(count);
    selectToward(p * expModerate(logMass(1, EXACT_TIER)), flags);
  }
  if (flags & TOP_P_KEEPS_TIES) takeBackEquals(count);
  setSparse();
  return true;
}
