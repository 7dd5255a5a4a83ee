// One token from what is left, exactly by its law.
//
// List: inversion in list order with an f64 sum and a 53-bit uniform strictly inside (0, 1).
// Dense: a candidate is drawn by cheap overestimates and accepted with the ratio of its exact weight to them (≥ 94 %), so
// the law is exact although the sum is not. A top-p behind which only min-p and temperatures come needs no list either: a
// candidate belongs to the nucleus if the mass above it is below p·Z, and candidates that belong follow the nucleus law; see
// nucleus.ts. After a candidate that does not belong, nothing at or below it does: the next is drawn from above it.
import {
  DOMAIN_DRAW,
  JOB_POSITION,
  JOB_SEED_HIGH,
  JOB_SEED_LOW,
  JOB_SEQUENCE_HIGH,
  JOB_SEQUENCE_LOW,
} from "../src/layout";
import { candidateAt, candidateWeight, openBlocks } from "./blockDraw";
import { listCount, weightAt } from "./list";
import { CHEAP_SAFETY, cheapScale, setPivot } from "./masses";
import { expModerate } from "./math";
import { belongsToNucleus, openNucleus } from "./nucleus";
import { philox0, philox1, philox2, philox3, philoxBlock, uniform } from "./philox";
import { beta, floor, logitAt, row } from "./row";
import { rowMax } from "./scan";

/** Two uniforms of a job: attempt 0, 1, 2, … of one domain. */
let uniformFirst: f64 = 0;
let uniformSecond: f64 = 0;

function drawUniforms(job: usize, domain: u32, attempt: u32): void {
  philoxBlock(
    load<u32>(job, JOB_SEQUENCE_LOW),
    load<u32>(job, JOB_SEQUENCE_HIGH),
    load<u32>(job, JOB_POSITION),
    (domain << 24) | attempt,
    load<u32>(job, JOB_SEED_LOW),
    load<u32>(job, JOB_SEED_HIGH),
  );
  uniformFirst = uniform(philox0, philox1);
  uniformSecond = uniform(philox2, philox3);
}

/** A uniform of the job for decisions of `domain` other than the draw itself. */
export function coin(job: usize, domain: u32): f64 {
  drawUniforms(job, domain, 0);
  return uniformFirst;
}

/** Index of the drawn entry of the list, whose weights add up to `total`. `attempt`: how many draws came before. */
export function drawFromList(job: usize, total: f64, attempt: u32): i32 {
  drawUniforms(job, DOMAIN_DRAW, attempt);
  const target = uniformFirst * total;
  let sum: f64 = 0;
  let last = 0;
  for (let i = 0; i < listCount; i++) {
    const weight = weightAt(i);
    if (weight > 0) {
      last = i;
      sum += weight;
      if (sum > target) break;
    }
  }
  return last;
}

/** A token above the pivot, drawn by its exact weight after `openBlocks`; −1: none this time. */
export function proposeToken(job: usize, attempt: u32): i32 {
  drawUniforms(job, DOMAIN_DRAW, attempt);
  const id = candidateAt(uniformFirst);
  if (id < 0) return -1;
  const weight = expModerate((<f64>logitAt(id) - <f64>rowMax) * beta);
  return uniformSecond * candidateWeight > weight * CHEAP_SAFETY ? -1 : id;
}

/** Token id drawn from the dense row, or from what of it is in the held nucleus. */
export function drawFromRow(job: usize, isNucleus: bool): i32 {
  const scale = cheapScale(beta);
  setPivot(floor, -1);
  openBlocks(row, rowMax, scale);
  if (isNucleus) openNucleus();
  let attempt: u32 = 0;
  while (true) {
    const id = proposeToken(job, attempt++);
    if (id < 0) continue;
    if (!isNucleus || belongsToNucleus(id)) return id;
    setPivot(logitAt(id), id);
    openBlocks(row, rowMax, scale);
  }
}
