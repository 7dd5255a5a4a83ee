/** Order statistics of a few numbers. */

/** The q-quantile, 0 … 1, between neighbours by linear interpolation; NaN of none. */
export function quantile(xs: readonly number[], q: number): number {
  if (xs.length === 0) return Number.NaN;
  const sorted = xs.toSorted((a, b) => a - b);
  const at = q * (sorted.length - 1);
  const below = sorted[Math.floor(at)]!;
  return below + (at - Math.floor(at)) * (sorted[Math.ceil(at)]! - below);
}

export const median = (xs: readonly number[]): number => quantile(xs, 0.5);
