// A token of the dense row at a temperature by entropy, without the exact entropy: a bracket of it is one of the temperature.
// Where the draw, and what min-p cuts, is the same all over the bracket, it is what exact sums would give.
import { drawWithin } from "../draw/denseDraw";
import { countAtLeast } from "../list/count";
import { beta, floor, row, setBeta, setFloor } from "../row/row";
import { rowMax } from "../row/scan";
import { hasBetween } from "../row/search";
import { temperatureAt } from "../samplers/temperature";
import { canCutDense } from "../sums/denseCut";
import { entropyBracket, entropyError } from "../sums/entropyBracket";
import { applyStages } from "./walk";

/** Token id drawn from the dense row after the dynamic temperature of `stage`, which is stage `index` of the plan, and the min-p
 *  that come before `end`; −1, and nothing done, where that takes the exact temperature. */
export function drawAtDynamic(stage: usize, index: i32, end: i32): i32 {
  if (!canCutDense()) return -1;
  const count = countAtLeast(row, -f32.MAX_VALUE);
  if (count < 2) return -1;
  const nats = entropyBracket();
  const coolest = temperatureAt(stage, nats - entropyError, count);
  const t = temperatureAt(stage, nats, count);
  const before = beta;
  const share = (temperatureAt(stage, nats + entropyError, count) - coolest) / coolest + 1e-12;
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
