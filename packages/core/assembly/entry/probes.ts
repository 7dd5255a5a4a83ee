// The kernels' building blocks one by one, for the tests that judge them.
import { expNonPositive } from "../numbers/exp64";
import { logPositive } from "../numbers/log64";
import { philox0, philox1, philox2, philox3, philoxBlock, uniform } from "../numbers/philox";
import { POWER_SCALE, scaledPower } from "../numbers/power32";

/** e^x, x ≤ 0. */
export function exp_f64(x: f64): f64 {
  return expNonPositive(x);
}

/** 2^x in f32, −125 ≤ x ≤ 0. */
export function exp2_f32(x: f32): f32 {
  return <f32>(<f64>scaledPower(x) / POWER_SCALE);
}

/** ln x, x positive and finite. */
export function log_f64(x: f64): f64 {
  return logPositive(x);
}

/** Philox4x32-10. out: u32[4]. */
export function philox4x32(c0: u32, c1: u32, c2: u32, c3: u32, k0: u32, k1: u32, out: usize): void {
  philoxBlock(c0, c1, c2, c3, k0, k1);
  store<u32>(out, philox0);
  store<u32>(out, philox1, 4);
  store<u32>(out, philox2, 8);
  store<u32>(out, philox3, 12);
}

/** The uniform in (0, 1) made of two words. */
export function uniform_f64(high: u32, low: u32): f64 {
  return uniform(high, low);
}
