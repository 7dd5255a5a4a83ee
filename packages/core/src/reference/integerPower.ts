/** Powers whose bits are the same in every JavaScript engine. */

/** base^exponent for an integer ≥ 0, by the multiplications of the kernels (`assembly/numbers/integerPower.ts`). */
export function integerPower(base: number, exponent: number): number {
  let result = 1;
  let square = base;
  for (let e = exponent; e > 0; e >>= 1) {
    if (e & 1) result *= square;
    square *= square;
  }
  return result;
}
