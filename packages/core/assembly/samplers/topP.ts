// The nucleus.
import { STAGE_FLAGS, STAGE_NUMBER_0 } from "../../src/layout";
import { TOP_P_KEEPS_TIES, TOP_P_PASSES_EDGE } from "../../src/generated/samplerConstants";
import { gatherAbove } from "../list/gather";
import { gatherLargest } from "../list/gatherLargest";
import { listCount, listMax, setCount } from "../list/list";
import { lastMass, selectedMass, selectMass, restoreTies } from "../list/selectMass";
import { weighList } from "../list/weights";
import { paddedLength } from "../memory/workspace";
import { expModerate } from "../numbers/exp64";
import { floatBelow, roundedDown } from "../numbers/floats";
import { beta, floor, isDense, row, useList } from "../row/row";
import { rowMax } from "../row/scan";
import { canCutDense } from "../sums/denseCut";
import { EXACT_TIER, F32_TIER, logMass, tierError } from "../sums/tiers";

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
  if (weighList(rowMax, beta) < p * total * (1 + 2 * tierError)) return false;
  const count = listCount;
  selectToward(p * total, flags);
  const slack = 2 * tierError * total;
  if (selectedMass < p * total + slack || selectedMass - lastMass >= p * total - slack) {
    setCount(count);
    selectToward(p * expModerate(logMass(1, EXACT_TIER)), flags);
  }
  if (flags & TOP_P_KEEPS_TIES) restoreTies(count);
  useList();
  return true;
}
