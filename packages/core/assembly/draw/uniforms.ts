// Uniforms of a job: pure functions of its seed, sequence, position, redraw, what they are for, and the attempt.
import {
  JOB_POSITION,
  JOB_REDRAW,
  JOB_SEED_HIGH,
  JOB_SEED_LOW,
  JOB_SEQUENCE_HIGH,
  JOB_SEQUENCE_LOW,
} from "../../src/layout";
import { job } from "../memory/job";
import { philox0, philox1, philox2, philox3, philoxBlock, uniform, usePhiloxKey } from "../numbers/philox";

/** Two uniforms of a job: attempt 0, 1, 2, … of one domain. */
export let uniformFirst: f64 = 0;
export let uniformSecond: f64 = 0;

export function drawUniforms(domain: u32, attempt: u32): void {
  usePhiloxKey(load<u32>(job, JOB_SEED_LOW), load<u32>(job, JOB_SEED_HIGH));
  philoxBlock(
    load<u32>(job, JOB_SEQUENCE_LOW),
    load<u32>(job, JOB_SEQUENCE_HIGH),
    load<u32>(job, JOB_POSITION) | (load<u32>(job, JOB_REDRAW) << 24),
    (domain << 24) | attempt,
  );
  uniformFirst = uniform(philox0, philox1);
  uniformSecond = uniform(philox2, philox3);
}

/** A uniform of the job for decisions of `domain` other than the draw itself. */
export function coin(domain: u32): f64 {
  drawUniforms(domain, 0);
  return uniformFirst;
}
