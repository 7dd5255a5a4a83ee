/** Goodness of fit by the likelihood ratio, G = 2 Σ observed ln(observed / expected). */
import { checkList, checkNumber } from "@tokenmill/check";
import { chiSquareTail } from "./incompleteGamma.ts";

export interface GTest {
  readonly statistic: number;
  readonly degreesOfFreedom: number;
  /** Probability of a statistic at least as large if the expectations hold; 1 if only one cell is possible. */
  readonly pValue: number;
}

/** Cells that expect fewer draws are counted as one; below it the chi-square law is a poor guide. */
const leastExpected = 5;

/** Tests counts against expected counts of the same sum. Something observed where nothing is expected gives p = 0. */
export function gTest(observed: ArrayLike<number>, expected: ArrayLike<number>): GTest {
  checkList("expected", expected);
  checkList("observed", observed, expected.length, "as many as expected");
  for (let i = 0; i < expected.length; i++) {
    checkNumber(`observed[${i}]`, observed[i], { min: 0, max: Number.MAX_VALUE });
    checkNumber(`expected[${i}]`, expected[i], { min: 0, max: Number.MAX_VALUE });
  }
  const cells: { observed: number; expected: number }[] = [];
  const pool = { observed: 0, expected: 0 };
  let isImpossible = false;
  for (let i = 0; i < expected.length; i++) {
    const cell = { observed: observed[i]!, expected: expected[i]! };
    if (cell.expected === 0 && cell.observed > 0) isImpossible = true;
    if (cell.expected >= leastExpected) {
      cells.push(cell);
    } else {
      pool.observed += cell.observed;
      pool.expected += cell.expected;
    }
  }
  // a pool that is itself too small joins the smallest cell
  cells.sort((a, b) => a.expected - b.expected);
  const smallest = cells[0];
  if (smallest && pool.expected < leastExpected) {
    smallest.observed += pool.observed;
    smallest.expected += pool.expected;
  } else {
    cells.push(pool);
  }
  const degreesOfFreedom = cells.length - 1;
  if (isImpossible) return { statistic: Infinity, degreesOfFreedom, pValue: 0 };
  const sum = cells.reduce(
    (g, cell) => g + (cell.observed && cell.observed * Math.log(cell.observed / cell.expected)),
    0,
  );
  const statistic = Math.max(0, 2 * sum);
  return {
    statistic,
    degreesOfFreedom,
    pValue: degreesOfFreedom === 0 ? 1 : chiSquareTail(statistic, degreesOfFreedom),
  };
}
