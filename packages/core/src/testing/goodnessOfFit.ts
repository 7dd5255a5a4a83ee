/** Goodness of fit of counts, for tests of laws. */

/** Cells that expect fewer are counted as one. */
const leastExpected = 5;

/**
 * The G statistic 2 Σ observed ln(observed / expected) as standard deviations above its mean, by the cube-root
 * transform (Wilson & Hilferty 1931). Under the law it is standard normal: above 4.5 in one of 300,000 tests. Infinity
 * if something was observed where nothing is expected.
 */
export function gDeviation(observed: ArrayLike<number>, probs: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < observed.length; i++) total += observed[i]!;
  const pool = { observed: 0, expected: 0 };
  const cells = [pool];
  for (let i = 0; i < probs.length; i++) {
    const cell = { observed: observed[i]!, expected: probs[i]! * total };
    if (cell.expected === 0 && cell.observed > 0) return Infinity;
    if (cell.expected >= leastExpected) cells.push(cell);
    else {
      pool.observed += cell.observed;
      pool.expected += cell.expected;
    }
  }
  const counted = cells.filter(({ expected }) => expected > 0);
  const g = 2 * counted.reduce((sum, c) => sum + (c.observed && c.observed * Math.log(c.observed / c.expected)), 0);
  const spread = 2 / (9 * (counted.length - 1));
  return (Math.cbrt(Math.max(0, g) / (counted.length - 1)) - (1 - spread)) / Math.sqrt(spread);
}
