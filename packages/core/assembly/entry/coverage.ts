// Stages on a sparse row while tokens that it does not list can still be drawn. A cut runs as on a whole row where what is known
// of them shows that it takes all of them out; a stage that needs more fails the row.
import { DOMAIN_XTC, STAGE_FLAGS, STAGE_INTEGER, STAGE_NUMBER_0, STAGE_NUMBER_1, STATUS_OK } from "../../src/layout";
import {
  OP_EPSILON_CUTOFF,
  OP_FIRST_NON_EDIT,
  OP_KGW,
  OP_MIN_P,
  OP_P_LESS,
  OP_TEMPERATURE,
  OP_TOP_A,
  OP_TOP_K,
  OP_TOP_P,
  OP_XTC,
  TOP_K_KEEPS_TIES,
  TOP_P_KEEPS_TIES,
} from "../../src/generated/samplerConstants";
import { namedCount, namedListed } from "../draw/namedLogprobs";
import { wantsMask } from "../draw/samplingMask";
import { coin } from "../draw/uniforms";
import { applyStage } from "../generated/dispatch";
import { countAtLeast } from "../list/count";
import { keyLogit } from "../list/keys";
import { keyAt, leastKey, listCount, listMax, setCount } from "../list/list";
import { selectLargest } from "../list/select";
import { isSelected, restoreTies } from "../list/selectMass";
import { keepHeavy, weighList, weightAt } from "../list/weights";
import { logPositive } from "../numbers/log64";
import { floatBelow } from "../numbers/floats";
import { beta, isDense, listAll, row } from "../row/row";
import { rowMax } from "../row/scan";
import { selectToward, topPOf } from "../samplers/topP";
import { ceiling, closeRest, hasRest, heatRest, leastRest, mostRest, raiseSome, restWeight } from "../sparse/rest";
import { SHORT_OF_DRAW, SHORT_OF_LOGPROBS, SHORT_OF_NAMED, tooSparse } from "../sparse/shortfall";
import { sparseCount } from "../sparse/sparseRow";

/** `applyStage` while the rest is open. Returns a status. */
export function applyCovered(opcode: i32, stage: usize): i32 {
  if (opcode == OP_KGW) raiseSome(max(load<f64>(stage, STAGE_NUMBER_0), 0));
  if (opcode < OP_FIRST_NON_EDIT) return applyStage(opcode, stage);
  if (opcode == OP_TOP_K) return coverTopK(stage);
  // whatever compares with the largest needs to have it
  if (ceiling > largestListed()) return tooSparse(opcode, NaN, NaN);
  if (opcode == OP_MIN_P || opcode == OP_TOP_P) {
    const least = load<i32>(stage, STAGE_INTEGER);
    const covered = least > 0 ? countListed(ceiling) : 0;
    if (covered < least) return tooSparse(opcode, <f64>least, <f64>covered);
  }
  switch (opcode) {
    case OP_TEMPERATURE:
      return coverTemperature(stage);
    case OP_MIN_P:
      return coverMinP(stage);
    case OP_TOP_P:
      return coverTopP(stage);
    case OP_EPSILON_CUTOFF:
    case OP_TOP_A:
    case OP_P_LESS:
      return coverThreshold(opcode, stage);
    case OP_XTC:
      return coin(DOMAIN_XTC) >= load<f64>(stage, STAGE_NUMBER_0) ? STATUS_OK : tooSparse(opcode, NaN, NaN);
    default:
      return tooSparse(opcode, NaN, NaN);
  }
}

/** Before the draw and the log-probabilities of the `top` most probable of what is left. Returns a status. */
export function coverDraw(top: i32): i32 {
  if (!hasRest) return STATUS_OK;
  // what weighs nothing is not drawn, but it belongs to what is drawn from
  const weighsNothing = !wantsMask() && ceiling <= largestListed() && restWeight(mostRest, largestListed(), beta) == 0;
  return weighsNothing ? coverLogprobs(top) : coverReader(SHORT_OF_DRAW);
}

/** The status where `reader` (an opcode, or SHORT_OF_DRAW) wants all that is left, and the rest is open. */
export function coverReader(reader: i32): i32 {
  listAll();
  return tooSparse(reader, 1, coveredMass(weighList(listMax(), beta), listMax()));
}

/** Before raw log-probabilities of the `top` most probable tokens and of named ones. Returns a status. */
export function coverLogprobs(top: i32): i32 {
  if (!hasRest) return STATUS_OK;
  if (top > sparseCount()) return tooSparse(SHORT_OF_LOGPROBS, <f64>top, <f64>sparseCount());
  const listed = namedListed();
  return listed == namedCount() ? STATUS_OK : tooSparse(SHORT_OF_NAMED, <f64>namedCount(), <f64>listed);
}

function largestListed(): f32 {
  return isDense ? rowMax : listMax();
}

/** Share of the listed tokens, which weigh `listed`, at least. */
function coveredMass(listed: f64, largest: f32): f64 {
  return listed / (listed + restWeight(mostRest, largest, beta));
}

/** How many of the listed tokens have at least that logit. */
function countListed(logit: f32): i32 {
  if (isDense) return countAtLeast(row, logit);
  let count = 0;
  for (let i = 0; i < listCount; i++) count += <i32>(keyLogit(keyAt(i)) >= logit);
  return count;
}

function coverTopK(stage: usize): i32 {
  const k = load<i32>(stage, STAGE_INTEGER);
  const keepsTies = (load<i32>(stage, STAGE_FLAGS) & TOP_K_KEEPS_TIES) != 0;
  const covered = countListed(keepsTies ? -floatBelow(-ceiling) : ceiling);
  if (covered < k) return tooSparse(OP_TOP_K, <f64>k, <f64>covered);
  closeRest();
  return applyStage(OP_TOP_K, stage);
}

/** A fixed one moves what is known of the rest; 0 leaves the largest. */
function coverTemperature(stage: usize): i32 {
  const t = load<f64>(stage, STAGE_NUMBER_0);
  if (load<f64>(stage, STAGE_NUMBER_1) > 0) return tooSparse(OP_TEMPERATURE, NaN, NaN);
  if (t == 0) closeRest();
  const before = beta;
  const status = applyStage(OP_TEMPERATURE, stage);
  if (t > 0) heatRest(beta / before);
  return status;
}

function coverMinP(stage: usize): i32 {
  const minP = load<f64>(stage, STAGE_NUMBER_0);
  const largest = <f64>largestListed();
  const threshold = largest + logPositive(minP) / beta;
  // one float of margin: nothing of the rest is at the floor that a whole row would have
  if (!(<f64>ceiling < <f64>floatBelow(<f32>threshold))) {
    return tooSparse(OP_MIN_P, minP, restWeight(1, <f32>largest, beta));
  }
  closeRest();
  return applyStage(OP_MIN_P, stage);
}

/** The rest's weight may lie anywhere between its bounds: the nucleus has to be the same for all of that. */
function coverTopP(stage: usize): i32 {
  const p = topPOf(stage);
  if (p == 1) return STATUS_OK;
  const flags = load<i32>(stage, STAGE_FLAGS);
  listAll();
  const count = listCount;
  const largest = listMax();
  const listed = weighList(largest, beta);
  const least = p * (listed + restWeight(leastRest, largest, beta));
  const most = p * (listed + restWeight(mostRest, largest, beta));
  selectToward(most, flags);
  const isReached = isSelected(least, most) && leastKept() >= ceiling;
  if (!isReached) return tooSparse(OP_TOP_P, p, coveredMass(listed, largest));
  if (flags & TOP_P_KEEPS_TIES) {
    if (leastKept() == ceiling) return tooSparse(OP_TOP_P, p, coveredMass(listed, largest));
    restoreTies(count);
  }
  if (listCount < load<i32>(stage, STAGE_INTEGER)) {
    setCount(count);
    selectLargest(load<i32>(stage, STAGE_INTEGER));
  }
  closeRest();
  return STATUS_OK;
}

function leastKept(): f32 {
  return keyLogit(leastKey());
}

/** Cuts at a weight that follows from the sum of all: no token may lie between what it is at least and at most. */
function coverThreshold(opcode: i32, stage: usize): i32 {
  listAll();
  const largest = listMax();
  const listed = weighList(largest, beta);
  const least = listed + restWeight(leastRest, largest, beta);
  const most = listed + restWeight(mostRest, largest, beta);
  const ofCeiling = restWeight(1, largest, beta);
  const x = load<f64>(stage, STAGE_NUMBER_0);
  let low: f64;
  let high: f64;
  if (opcode == OP_EPSILON_CUTOFF) {
    low = x * least;
    high = x * most;
  } else if (opcode == OP_TOP_A) {
    low = x / most;
    high = x / least;
  } else {
    let squares: f64 = 0;
    for (let i = 0; i < listCount; i++) squares += weightAt(i) * weightAt(i);
    low = squares / most;
    high = (squares + restWeight(mostRest, largest, beta) * ofCeiling) / least;
  }
  low = min(low, 1);
  high = min(high, 1);
  if (!(ofCeiling < low)) return tooSparse(opcode, low / most, ofCeiling / most);
  for (let i = 0; i < listCount; i++) {
    if (weightAt(i) >= low && weightAt(i) < high) return tooSparse(opcode, NaN, NaN);
  }
  closeRest();
  keepHeavy(low);
  return STATUS_OK;
}
