// Functions of one number, and Philox.
import { expNonPositive } from "../numbers/exp64";
import { logPositive } from "../numbers/log64";
import { philox0, philox1, philox2, philox3, philoxBlock, uniform, usePhiloxKey } from "../numbers/philox";
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

/** Philox4x32-10. words: u32[6], counter, then key; out: u32[4], may be the same. */
export function philox4x32(words: usize, out: usize): void {
  usePhiloxKey(load<u32>(words, 16), load<u32>(words, 20));
  philoxBlock(load<u32>(words), load<u32>(words, 4), load<u32>(words, 8), load<u32>(words, 12));
  store<u32>(out, philox0);
  store<u32>(out, philox1, 4);
  store<u32>(out, philox2, 8);
  store<u32>(out, philox3, 12);
}

/** The uniform in (0, 1) made of two words. */
export function uniform_f64(high: u32, low: u32): f64 {
  return uniform(high, low);
}
