/**
 * One level for the whole suite. The draws are seeded, so a suite that passes once passes always; the level says how often
 * a correct kernel would fail if its draws were others.
 */
import { gTest } from "tokenmill";

/** Chance that a correct sampler fails anything in this folder. */
const suiteLevel = 1e-3;
/** Tests in this folder that compare with it, and room for more. */
const tests = 100;
/** Bonferroni: each test is held to its share. */
export const level: number = suiteLevel / tests;

/** p-value of counts under probabilities. */
export function fit(counts: ArrayLike<number>, law: ArrayLike<number>): number {
  const total = Array.from(counts).reduce((a, b) => a + b, 0);
  return gTest(
    counts,
    Array.from(law, (p) => p * total),
  ).pValue;
}

/** p-value of `hits` out of `draws` where each has probability `p`. */
export function hitRate(hits: number, draws: number, p: number): number {
  return fit([hits, draws - hits], [p, 1 - p]);
}

/** p-value of a table of pairs (a, b), at a·columns + b, under independence with known laws of both. */
export function independence(table: ArrayLike<number>, rows: ArrayLike<number>, columns: ArrayLike<number>): number {
  const law = Array.from(rows).flatMap((p) => Array.from(columns, (q) => p * q));
  return fit(table, law);
}

/**
 * Total variation between counts and law, and the bound it exceeds with probability ≤ `level`: its mean is at most
 * ½ Σ √(p(1 − p) / n), and one draw moves it by at most 1 / n (McDiarmid).
 */
export function totalVariation(counts: ArrayLike<number>, law: ArrayLike<number>): { distance: number; bound: number } {
  const total = Array.from(counts).reduce((a, b) => a + b, 0);
  const distance = Array.from(law, (p, id) => Math.abs(counts[id]! / total - p)).reduce((a, b) => a + b, 0) / 2;
  const mean = Array.from(law, (p) => Math.sqrt((p * (1 - p)) / total)).reduce((a, b) => a + b, 0) / 2;
  return { distance, bound: mean + Math.sqrt(Math.log(1 / level) / (2 * total)) };
}
