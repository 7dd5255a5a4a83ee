// Weights of the list: e^((x − largest)·beta) of each entry in f64.
import { expTable, listKeys, listWeights } from "../memory/workspace";
import { expNonPositive, expNonPositivex2 } from "../numbers/exp64";
import { keyLogit } from "./keys";
import { keyAt, listCount, setCount, setKey } from "./list";

// @ts-ignore: decorator
@inline
export function weightAt(index: i32): f64 {
  return load<f64>(listWeights + ((<usize>index) << 3));
}

// @ts-ignore: decorator
@inline
export function setWeight(index: i32, weight: f64): void {
  store<f64>(listWeights + ((<usize>index) << 3), weight);
}

/** Fills the weights e^((x − largest)·beta) in list order and returns their sum. */
export function weighList(largest: f32, beta: f64): f64 {
  let even: f64 = 0;
  let odd: f64 = 0;
  let i = 0;
  if (ASC_FEATURE_SIMD) {
    const largest2 = f64x2.splat(<f64>largest);
    const beta2 = f64x2.splat(beta);
    let sums = f64x2.splat(0);
    for (; i + 3 < listCount; i += 4) {
      const out = listWeights + ((<usize>i) << 3);
      const logits = logitsOf4(listKeys + ((<usize>i) << 3));
      const low = f64x2.promote_low_f32x4(logits);
      const high = f64x2.promote_low_f32x4(i32x4.shuffle(logits, logits, 2, 3, 0, 1));
      const weights01 = expNonPositivex2(f64x2.mul(f64x2.sub(low, largest2), beta2), expTable);
      const weights23 = expNonPositivex2(f64x2.mul(f64x2.sub(high, largest2), beta2), expTable);
      v128.store(out, weights01);
      v128.store(out, weights23, 16);
      sums = f64x2.add(f64x2.add(sums, weights01), weights23);
    }
    even = f64x2.extract_lane(sums, 0);
    odd = f64x2.extract_lane(sums, 1);
  }
  for (; i < listCount; i++) {
    const weight = expNonPositive((<f64>keyLogit(keyAt(i)) - <f64>largest) * beta);
    setWeight(i, weight);
    if (i & 1) odd += weight;
    else even += weight;
  }
  return even + odd;
}

/** `keyLogit` of four keys. */
// @ts-ignore: decorator
@inline
function logitsOf4(keys: usize): v128 {
  const ordered = i32x4.shuffle(v128.load(keys), v128.load(keys, 16), 1, 3, 5, 7);
  // all ones where the logit was not negative
  const sign = i32x4.shr_s(ordered, 31);
  return v128.xor(ordered, v128.or(v128.not(sign), i32x4.splat(0x80000000)));
}

/** Keeps entries whose weight (from `weighList`) is ≥ `threshold`, in their order. */
export function keepHeavy(threshold: f64): void {
  let n = 0;
  for (let i = 0; i < listCount; i++) if (weightAt(i) >= threshold) setKey(n++, keyAt(i));
  setCount(n);
}
