// The entropy of a dense row within a bracket so narrow that it costs few draws: f64 weights of its largest logits, which are
// most of the sum, and f32 weights of the rest.
import { BLOCK_ELEMENTS } from "../../src/layout";
import { gatherLargest } from "../list/gatherLargest";
import { keyLogit } from "../list/keys";
import { keyAt, listCount } from "../list/list";
import { weighList, weightAt } from "../list/weights";
import { paddedLength } from "../memory/workspace";
import { LN2 } from "../numbers/constants";
import { logPositive } from "../numbers/log64";
import { POWER_SCALE, scaledPower } from "../numbers/power32";
import { beta, row } from "../row/row";
import { rowMax } from "../row/scan";
import { weightScale } from "./bracketWeights";
import { meanLoweredF32, meanMassF32 } from "./momentF32";

/** Of an f32 weight and the sum of a block, as a share; and for each power of 2 that it lies deep, by the rounding of z. */
const SHARE_ERROR: f64 = 1.1e-6;
const DEPTH_ERROR: f64 = 1.3e-7;
/** What lies that many powers of 2 deeper than the least of the head adds next to nothing: at most 2^24 tokens. */
const DEPTH: f64 = 30;

/** How far off the last `entropyBracket` can be. */
export let entropyError: f64 = 0;

/** Entropy of the dense row in nats, within `entropyError`. Call if `canCutDense`; the list is lost. */
export function entropyBracket(): f64 {
  gatherLargest(row, paddedLength / (2 * BLOCK_ELEMENTS), rowMax); // few steps, see there
  const head = weighList(rowMax, beta);
  let headMoment: f64 = 0;
  let least = rowMax;
  for (let i = 0; i < listCount; i++) {
    const x = keyLogit(keyAt(i));
    least = min(least, x);
    headMoment += weightAt(i) * ((<f64>x - <f64>rowMax) * beta);
  }
  // the head's weights in a row that is lowered to the least of them
  const scale = weightScale(beta);
  const z = max((least - rowMax) * scale, -125);
  const lowered = (<f64>listCount * <f64>scaledPower(z)) / POWER_SCALE;
  const mean = meanLoweredF32(scale, z);
  const mass = head + (meanMassF32 - lowered);
  const moment = headMoment + (mean * meanMassF32 - lowered * <f64>z) * LN2;
  // means of |z| and of z², of which what lies deeper than DEPTH makes 1 at most
  const deep = -mean;
  const squares = <f64>z * <f64>z + (DEPTH - 2 * <f64>z) * (deep + <f64>z) + 1;
  const massError = SHARE_ERROR + DEPTH_ERROR * deep;
  const momentError = SHARE_ERROR * deep + DEPTH_ERROR * squares;
  entropyError = ((massError * (1 - moment / mass) + momentError * LN2) * meanMassF32) / mass + 1e-12;
  return logPositive(mass) - moment / mass;
}
