// Powers of f64 with whole exponents, by squaring.

/** base^exponent for exponent ≥ 0, in a fixed order of multiplications; `src/reference/integerPower.ts` has the same. */
export function integerPower(base: f64, exponent: i32): f64 {
  let result: f64 = 1;
  let square = base;
  for (let e = exponent; e > 0; e >>= 1) {
    if (e & 1) result *= square;
    square *= square;
  }
  return result;
}
