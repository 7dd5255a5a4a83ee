// The least token of the nucleus of a dense row: the largest tokens are listed and weighed in f64, and what the others weigh
// lies between bounds, which become narrower until they leave no choice: by the largest element of each block, by bracketing
// weights, by f32 weights in blocks that matter for what is still open, by f32 weights of all, and in f64.
import { BLOCK_ELEMENTS } from "../../src/layout";
import { countBlocksAtLeast } from "../list/count";
import { gatherAbove } from "../list/gather";
import { gatherLargest } from "../list/gatherLargest";
import { keyLogit } from "../list/keys";
import { keyAt, leastKey, listCount, setCount } from "../list/list";
import { isSelected, lastMass, selectedMass, selectMass } from "../list/selectMass";
import { weighList } from "../list/weights";
import { paddedLength } from "../memory/workspace";
import { expNonPositive } from "../numbers/exp64";
import { floatBelow, roundedDown } from "../numbers/floats";
import { massF32 } from "../row/massF32";
import { beta, floor, row } from "../row/row";
import { rowMax } from "../row/scan";
import { BRACKET_LEAST_RATIO, BRACKET_SAFETY, bracketWeight, MASS_F32_ERROR, weightScale } from "./bracketWeights";
import { canCutDense } from "./denseCut";
import { boundMasses, leastMass, mostMass } from "./masses";
import { massAboveF64 } from "./massF64";
import { lightBelow } from "./mixed";
import { setPivot } from "./pivot";

/** Sizes of the lists in which it is looked for, up to this part of the row, before all of the row is listed: the next one is so
 *  many times larger, and so many times what the nucleus has at least. */
const FIRST_LIST = 64;
const LIST_GROWTH = 4;
const LIST_MARGIN: f64 = 1.5;
const LEFT_OUT = 4;
/** Share of Σ weight up to which blocks are not weighed at first. */
const LIGHT_SHARE: f64 = 0.02;
/** Where x of Σ weight is open, what of it `lightBelow` is given for blocks that may stay light, and for those that need not be
 *  weighed: on rows of models they weigh 90 to 400 times less than it allows for, and half a bracket is 1/36 of that. */
const LIGHT_PART: f64 = 2400;
const SKIPPED_PART: f64 = 4;
/** Part of the blocks up to which f32 weights in some cost less than in all. */
const MOST_HEAVY: f64 = 0.85;
/** Relative error bounds of an f32 sum, without the margin that others leave, and of sums in f64. */
export const NARROW_ERROR: f64 = 1.01 * MASS_F32_ERROR;
const ROUNDING: f64 = 1e-12;

/** Key of the least token of the nucleus of mass `p` of what of the row is above the floor. The list has the nucleus afterwards: if it
 *  `isMost`, as selected from a list of all, else in an order that means nothing. */
export function nucleusEdge(p: f64): u64 {
  leastTotal = 0;
  for (let size = FIRST_LIST; size * LEFT_OUT < paddedLength && canCutDense(); ) {
    if (selectNucleus(p, size)) return leastKey();
    size = max(size * LIST_GROWTH, <i32>min(LIST_MARGIN * leastSize, <f64>paddedLength));
  }
  gatherWeighty();
  selectMass(p * weighList(rowMax, beta));
  return leastKey();
}

/** Whether so many tokens are too many to be looked for among the largest. */
export function isMost(count: i32): bool {
  return count > paddedLength / 2;
}

/** Lists what of the row is above the floor and adds something to a sum of f64 weights. */
export function gatherWeighty(): void {
  // what lies 60 nats below the largest adds less than 2^-66 to a sum of at least 1: nothing, in f64
  const least = min(roundedDown(<f64>rowMax - 60.0 / beta), floatBelow(rowMax)); // 60 / beta may round to nothing
  gatherAbove(row, max(floor, least));
}

/** What Σ weight is at least, and how many tokens the nucleus has at least. */
let leastTotal: f64 = 0;
let leastSize: f64 = 0;
/** Bounds of the weight of what is not listed. */
let leastRest: f64 = 0;
let mostRest: f64 = 0;

/** Leaves the nucleus in the list, from among the `size` largest tokens or more. False if it may have more. */
function selectNucleus(p: f64, size: i32): bool {
  const scale = weightScale(beta);
  gatherLargest(row, size, rowMax);
  const listed = weighList(rowMax, beta);
  const count = listCount;
  const least = keyLogit(leastKey());
  if (isShort(p, listed, least) || isMost(count)) return false;
  const bracketed = bracketList(scale);
  setPivot(Infinity, -1);
  boundCheaply(least, bracketed, scale);
  if (selectWithin(p, listed, count)) return true;
  boundCheaply(min(least, lightBelow(listed, LIGHT_SHARE, scale)), bracketed, scale);
  leastTotal = listed + leastRest;
  if (isShort(p, listed, least) || listed < p * (listed + mostRest)) return false;
  if (selectWithin(p, listed, count)) return true;
  const target = p * (listed + (leastRest + mostRest) / 2);
  const open = min(selectedMass - target, target - (selectedMass - lastMass)) / leastTotal;
  const heavy = min(least, lightBelow(leastTotal, LIGHT_PART * open, scale));
  if (<f64>countBlocksAtLeast(heavy) < MOST_HEAVY * <f64>(paddedLength / BLOCK_ELEMENTS)) {
    boundMasses(scale, min(heavy, lightBelow(leastTotal, SKIPPED_PART * open, scale)), heavy);
    leastRest = leastMass - listed;
    mostRest = mostMass - listed;
    if (selectWithin(p, listed, count)) return true;
  }
  const total = massF32(row, scale);
  leastRest = total * (1 - NARROW_ERROR) - listed;
  mostRest = total * (1 + NARROW_ERROR) - listed;
  if (selectWithin(p, listed, count)) return true;
  setPivot(-Infinity, -1);
  setCount(count);
  selectMass(p * massAboveF64(beta));
  return true;
}

/** Whether the nucleus has more than the list; none of that weighs more than the least of the list. */
function isShort(p: f64, listed: f64, least: f32): bool {
  const missing = p * leastTotal - listed;
  leastSize = <f64>listCount + missing / expNonPositive((<f64>least - <f64>rowMax) * beta);
  return missing > 0;
}

/** Σ bracketing weight of the list. */
function bracketList(scale: f32): f64 {
  let sum: f64 = 0;
  for (let i = 0; i < listCount; i++) sum += <f64>bracketWeight(keyLogit(keyAt(i)), rowMax, scale);
  return sum;
}

/** Bounds what is not listed by bracketing weights of blocks that have something from `from` on, of which the list's are taken. */
function boundCheaply(from: f32, bracketed: f64, scale: f32): void {
  boundMasses(scale, from, Infinity);
  leastRest = leastMass - bracketed * (BRACKET_LEAST_RATIO * BRACKET_SAFETY);
  mostRest = mostMass - bracketed / BRACKET_SAFETY;
}

/** Selects from the first `count` entries. Whether that is the nucleus whatever the rest weighs within its bounds. */
function selectWithin(p: f64, listed: f64, count: i32): bool {
  setCount(count);
  selectMass(p * (listed + (leastRest + mostRest) / 2));
  return isSelected(p * (listed + leastRest) * (1 - ROUNDING), p * (listed + mostRest) * (1 + ROUNDING));
}
