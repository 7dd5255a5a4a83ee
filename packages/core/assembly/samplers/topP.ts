// The nucleus.
import {
  JOB_HISTORY,
  JOB_HISTORY_LENGTH,
  JOB_PROMPT_LENGTH,
  STAGE_FLAGS,
  STAGE_INTEGER,
  STAGE_LIST,
  STAGE_LIST_COUNT,
  STAGE_NUMBER_0,
  STAGE_NUMBER_1,
  STAGE_NUMBER_2,
} from "../../src/layout";
import { TOP_P_DECAYS, TOP_P_KEEPS_TIES, TOP_P_PASSES_EDGE } from "../../src/generated/samplerConstants";
import { gatherLargest } from "../list/gatherLargest";
import { listCount, listMax, setCount } from "../list/list";
import { isSelected, selectMass, restoreTies } from "../list/selectMass";
import { weighList } from "../list/weights";
import { job, plan } from "../memory/job";
import { paddedLength } from "../memory/workspace";
import { expModerate } from "../numbers/exp64";
import { integerPower } from "../numbers/integerPower";
import { beta, isDense, row, useList, useRow } from "../row/row";
import { rowMax } from "../row/scan";
import { canCutDense } from "../sums/denseCut";
import { gatherWeighty, NARROW_ERROR } from "../sums/nucleusEdge";
import { EXACT_TIER, F32_TIER, logMass, tierError } from "../sums/tiers";
import { keepLargest } from "./topK";

/** Sizes of the lists in which the nucleus of an uncut row is looked for before the whole row is listed. They decide the list's
 *  order, and so what later draws from it give. */
const FIRST_LIST = 1024;
const LIST_GROWTH = 16;
/** Least share of the row that is worth leaving out. */
const LEFT_OUT = 4;

/** The largest tokens until their mass reaches p, or as the flags say; integer: but no fewer. (Holtzman et al. 2020, arXiv
 *  1904.09751.) */
export function topP(stage: usize): void {
  const p = topPOf(stage);
  if (p == 1) return;
  const wasDense = isDense;
  const count = listCount;
  cutToNucleus(p, load<i32>(stage, STAGE_FLAGS));
  const least = load<i32>(stage, STAGE_INTEGER);
  if (listCount >= least) return;
  if (wasDense) useRow();
  else setCount(count); // what was cut stands behind what was kept
  keepLargest(least);
}

function cutToNucleus(p: f64, flags: i32): void {
  for (let size = FIRST_LIST; size * LEFT_OUT < paddedLength && canCutDense(); size *= LIST_GROWTH) {
    if (selectNucleus(p, flags, size)) return;
  }
  if (isDense) {
    gatherWeighty();
    useList();
  }
  const count = listCount;
  selectToward(p * weighList(listMax(), beta), flags);
  if (flags & TOP_P_KEEPS_TIES) restoreTies(count);
}

/** The mass to reach. Numbers: at first, and where it decays, its factor for each token of the output and its least value. List: ids
 *  after which it is as at first. (Lee et al. 2022, arXiv 2206.04624; TensorRT-LLM.) */
export function topPOf(stage: usize): f64 {
  const p = load<f64>(stage, STAGE_NUMBER_0);
  if (!(load<i32>(stage, STAGE_FLAGS) & TOP_P_DECAYS)) return p;
  const history = <usize>load<u32>(job, JOB_HISTORY);
  const length = load<i32>(job, JOB_HISTORY_LENGTH);
  let last = length - 1; // reset after this one
  while (last >= load<i32>(job, JOB_PROMPT_LENGTH) && !resets(stage, load<i32>(history + ((<usize>last) << 2)))) last--;
  const count = length - 1 - last;
  const decayed = p * integerPower(load<f64>(stage, STAGE_NUMBER_1), count);
  return count == 0 ? p : max(decayed, load<f64>(stage, STAGE_NUMBER_2));
}

/** Whether the id is in the list, which ascends. */
function resets(stage: usize, tokenId: i32): bool {
  const ids = plan + load<i32>(stage, STAGE_LIST);
  let low = 0;
  let high = load<i32>(stage, STAGE_LIST_COUNT);
  while (low < high) {
    const middle = (low + high) >> 1;
    const id = load<i32>(ids + ((<usize>middle) << 2));
    if (id == tokenId) return true;
    if (id < tokenId) low = middle + 1;
    else high = middle;
  }
  return false;
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
  if (!isNucleus(p, total, 2 * tierError * total)) {
    // a second time, which decides the list's order, with the total as it is or in f64
    const isKnown = isNucleus(p, total, NARROW_ERROR * total);
    setCount(count);
    selectToward(p * (isKnown ? total : expModerate(logMass(1, EXACT_TIER))), flags);
  }
  if (flags & TOP_P_KEEPS_TIES) restoreTies(count);
  useList();
  return true;
}

/** Whether what was selected is the nucleus of a total that may be off by `error`. */
function isNucleus(p: f64, total: f64, error: f64): bool {
  return isSelected(p * total - error, p * total + error);
}
