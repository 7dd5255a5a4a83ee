// A token of the dense row at a temperature by entropy, without the exact entropy: a bracket of it is one of the temperature.
// Where the draw, and what min-p cuts, is the same all over the bracket, it is what exact sums would give.
import { drawWithin } from "../draw/denseDraw";
import { beta, floor, row, setBeta, setFloor } from "../row/row";
import { rowMax } from "../row/scan";
import { countFinite } from "../row/scanLeast";
import { hasBetween } from "../row/search";
import { temperatureAt } from "../samplers/temperature";
import { weightScale } from "../sums/bracketWeights";
import { canCutDense } from "../sums/denseCut";
import { entropyBracket, entropyError } from "../sums/entropyBracket";
import { divideBlocks, largestMass } from "../sums/mixed";
import { entropySlack, mixedEntropy } from "../sums/tiers";
import { applyStages } from "./walk";

/** Up to that sum of the weights of all blocks' largest, four draws of five are settled by mixed sums; above it, one of five. */
const PEAKED: f64 = 1.4;

/** Token id drawn from the dense row after the dynamic temperature of `stage`, which is stage `index` of the plan, and the min-p
 *  that come before `end`; −1, and nothing done, where that takes the exact temperature. */
export function drawAtDynamic(stage: usize, index: i32, end: i32): i32 {
  if (!canCutDense()) return -1;
  const count = countFinite(row);
  if (count < 2) return -1;
  if (ASC_FEATURE_SIMD && divideBlocks(weightScale(beta)) && largestMass < PEAKED) {
    const nats = mixedEntropy();
    const token = drawNear(stage, nats, entropySlack, count, index, end);
    if (token >= 0) return token;
  }
  const nats = entropyBracket();
  return drawNear(stage, nats, entropyError, count, index, end);
}

/** The same where the entropy is that, within `error`. */
function drawNear(stage: usize, nats: f64, error: f64, count: i32, index: i32, end: i32): i32 {
  const coolest = temperatureAt(stage, nats - error, count);
  const t = temperatureAt(stage, nats, count);
  const before = beta;
  const share = (temperatureAt(stage, nats + error, count) - coolest) / coolest + 1e-12;
  setBeta(beta / t);
  if (share < 1 && canCutDense()) {
    applyStages(index + 1, end);
    const cut = <f64>floor - <f64>rowMax;
    const slack = abs(cut) * share + abs(<f64>floor) * 1e-6; // and the rounding of the floor
    if (floor == -Infinity || !hasBetween(<f64>floor - slack, <f64>floor + slack)) {
      const token = drawWithin(share);
      if (token >= 0) return token;
    }
  }
  setBeta(before);
  setFloor(-Infinity);
  return -1;
}
