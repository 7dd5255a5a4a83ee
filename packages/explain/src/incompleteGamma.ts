/**
 * The upper tail of the chi-square distribution. Series and continued fraction of the incomplete gamma function: DLMF
 * 8.11.4 and 8.9.2 (https://dlmf.nist.gov/8), the latter by Lentz's method.
 */

/** ln Γ(n / 2) for n ≥ 1, by the recursion from Γ(1) = 1 or Γ(1/2) = √π. */
function logGammaHalf(n: number): number {
  let sum = n % 2 === 0 ? 0 : Math.log(Math.PI) / 2;
  for (let a = n % 2 === 0 ? 1 : 0.5; a < n / 2; a++) sum += Math.log(a);
  return sum;
}

/**
 * P(X ≥ `statistic`) for a chi-square X with `degreesOfFreedom` (integer ≥ 1); relative error below 1e-10 up to 1000
 * degrees. `statistic` ≥ 0.
 */
export function chiSquareTail(statistic: number, degreesOfFreedom: number): number {
  const a = degreesOfFreedom / 2;
  const x = statistic / 2;
  if (x === 0) return 1;
  const scale = Math.exp(a * Math.log(x) - x - logGammaHalf(degreesOfFreedom));
  return x < a + 1 ? 1 - scale * lowerSeries(a, x) : scale * upperFraction(a, x);
}

/** γ(a, x) / (xᵃ e⁻ˣ) */
function lowerSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let k = 1; term > sum * Number.EPSILON; k++) {
    term *= x / (a + k);
    sum += term;
  }
  return sum;
}

/** Γ(a, x) / (xᵃ e⁻ˣ) for x ≥ a + 1. */
function upperFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = Infinity;
  let d = 1 / b;
  let fraction = d;
  for (let k = 1, change = 0; Math.abs(change - 1) > Number.EPSILON * 4; k++) {
    const numerator = -k * (k - a);
    b += 2;
    d = 1 / (numerator * d + b);
    c = b + numerator / c;
    change = c * d;
    fraction *= change;
  }
  return fraction;
}
