/**
 * How many cases property tests generate. `TOKENMILL_CASES=20 npx vitest run packages/core` runs 20 times as many, from
 * another seed each time; without it every run sees the same cases. fast-check prints seed and shrunk case of a failure.
 */
import type { Parameters } from "fast-check";

const factor = Number(process.env["TOKENMILL_CASES"] ?? 0);
const seed = 0x70ce11;

/** Options of `fc.assert` for `count` cases. */
export function cases(count: number): Parameters<unknown> {
  return factor > 0 ? { numRuns: Math.ceil(count * factor) } : { numRuns: count, seed };
}

/** Grows with the number of cases, which no time limit should cut short. */
export const timeoutMs: number = 120_000 * Math.max(1, factor);
