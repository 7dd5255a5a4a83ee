/**
 * base^exponent from multiplications and square roots only, which every JavaScript engine rounds alike; `Math.pow` is
 * not. base > 0, |exponent| ≤ 1024.
 */
export function power(base: number, exponent: number): number {
  if (exponent < 0) return 1 / power(base, -exponent);
  const whole = Math.floor(exponent);
  let result = 1;
  for (let i = 0; i < whole; i++) result *= base;
  let root = base;
  for (let rest = exponent - whole; rest > 0; ) {
    root = Math.sqrt(root);
    rest *= 2;
    if (rest < 1) continue;
    result *= root;
    rest -= 1;
  }
  return result;
}
