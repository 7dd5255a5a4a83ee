// The nucleus.
import { STAGE_FLAGS, STAGE_NUMBER_0 } from "../../src/layout";
import { TOP_P_KEEPS_TIES, TOP_P_PASSES_EDGE } from "../../src/generated/samplerConstants";
import { gatherAbove } from "../list/gather";
import { gatherLargest } from "../list/gatherLargest";
import { keyLogit } from "../list/keys";
import { keyAt, listCount, listMax, setCount } from "../list/list";
import { lastMass, selectedMass, selectMass, restoreTies } from "../list/selectMass";
import { weighList } from "../list/weights";
import { paddedLength } from "../memory/workspace";
import { expModerate } from "../numbers/exp64";
import { floatBelow, roundedDown } from "../numbers/floats";
import { beta, floor, isDense, row, useList } from "../row/row";
import { rowMax } from "../row/scan";
import { canCutDense } from "../sums/denseCut";
import { MASS_F32_ERROR, weightScale } from "../sums/bracketWeights";
import { massWithinF32 } from "../sums/massWithin";
import { EXACT_TIER, F32_TIER, logMass, tierError } from "../sums/tiers";

/** Sizes of the lists in which the nucleus of an uncut row is looked for before the whole row is listed. They decide the list's
 *  order, and so what later draws from it give: smaller steps serve where no draw comes. */
const FIRST_LIST = 1024;
const LIST_GROWTH = 16;
const DRAWN_LIST_GROWTH = 4;
/** Least share of the row that is worth leaving out. */
const LEFT_OUT = 4;
/** Relative error bounds of an f32 sum, without the margin that `tierError` has, and of sums in f64. */
const NARROW_ERROR: f64 = 1.01 * MASS_F32_ERROR;
const ROUNDING: f64 = 1e-12;
/** Mean depth of z, in powers of 2, that MASS_F32_ERROR allows for. */
const DEPTH_OF_ERROR: f64 = 24;

/** The largest tokens until their mass reaches p, or as the flags say. (Holtzman et al. 2020, arXiv 1904.09751.) */
export function topP(stage: usize): void {
  listNucleus(stage, LIST_GROWTH);
}

/** The same once the token is drawn. */
export function topPOfDrawn(stage: usize): void {
  listNucleus(stage, DRAWN_LIST_GROWTH);
}

function listNucleus(stage: usize, growth: i32): void {
  const p = load<f64>(stage, STAGE_NUMBER_0);
  const flags = load<i32>(stage, STAGE_FLAGS);
  for (let size = FIRST_LIST; size * LEFT_OUT < paddedLength && canCutDense(); size *= growth) {
    if (selectNucleus(p, flags, size)) return;
  }
  if (isDense) {
    // what lies 60 nats below the largest adds less than 2^-66 to a sum of at least 1: nothing, in f64
    const least = min(roundedDown(<f64>rowMax - 60.0 / beta), floatBelow(rowMax)); // 60 / beta may round to nothing
    gatherAbove(row, max(floor, least));
    useList();
  }
  const count = listCount;
  selectToward(p * weighList(listMax(), beta), flags);
  if (flags & TOP_P_KEEPS_TIES) restoreTies(count);
}

// @ts-ignore: decorator
@inline
export function selectToward(target: f64, flags: i32): void {
  selectMass(flags & TOP_P_PASSES_EDGE ? reinterpret<f64>(reinterpret<u64>(target) + 1) : target);
}

/** Lists the nucleus from among the `size` largest tokens or more. False if it has more. */
function selectNucleus(p: f64, flags: i32, size: i32): bool {
  gatherLargest(row, size, rowMax);
  const total = expModerate(logMass(1, F32_TIER));
  const listed = weighList(rowMax, beta);
  if (listed < p * total * (1 + 2 * tierError)) return false;
  const count = listCount;
  selectToward(p * total, flags);
  if (!isNucleus(p, total, 2 * tierError * total)) selectAgain(p, flags, size, count, total, listed);
  if (flags & TOP_P_KEEPS_TIES) restoreTies(count);
  useList();
  return true;
}

/** Whether what was selected is the nucleus of a total that may be off by `error`. */
function isNucleus(p: f64, total: f64, error: f64): bool {
  return selectedMass >= p * total + error && selectedMass - lastMass < p * total - error;
}

/** Selects a second time, which decides the list's order, with a total that is known better: the first one within a narrower
 *  bound, then f64 weights of what is listed and f32 weights of the rest, then f64 weights of all. */
function selectAgain(p: f64, flags: i32, size: i32, count: i32, total: f64, listed: f64): void {
  let again = total;
  let error = NARROW_ERROR * total;
  if (!isNucleus(p, again, error)) {
    const scale = weightScale(beta);
    const least = leastLogit(count);
    again = listed + massWithinF32(scale, -Infinity, least);
    // each z lies that much lower than in a row that begins with the least
    const depth = 1 + ((<f64>rowMax - <f64>least) * <f64>scale) / DEPTH_OF_ERROR;
    error = NARROW_ERROR * depth * (again - listed) + ROUNDING * listed;
  }
  setCount(count);
  selectToward(p * again, flags);
  if (isNucleus(p, again, error)) return;
  gatherLargest(row, size, rowMax);
  weighList(rowMax, beta);
  selectToward(p * total, flags);
  setCount(count);
  selectToward(p * expModerate(logMass(1, EXACT_TIER)), flags);
}

/** The least of the first `count` entries. */
function leastLogit(count: i32): f32 {
  let least = keyAt(0);
  for (let i = 1; i < count; i++) least = min(least, keyAt(i));
  return keyLogit(least);
}
