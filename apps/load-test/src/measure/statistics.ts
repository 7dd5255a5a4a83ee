/** Means with confidence intervals, and resampling. */
import type { Random } from "../random/random.ts";

export interface Estimate {
  readonly mean: number;
  /** Half the width of the 95 % confidence interval; undefined for fewer than two values. */
  readonly halfWidth: number | undefined;
  readonly count: number;
}

/** Student's t for independent values. */
export function estimate(values: readonly number[]): Estimate {
  const count = values.length;
  const mean = average(values);
  if (count < 2) return { mean, halfWidth: undefined, count };
  return { mean, halfWidth: studentT975(count - 1) * Math.sqrt(variance(values) / count), count };
}

export function average(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length;
}

/** Unbiased; 0 for fewer than two values. */
export function variance(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const mean = average(values);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}

/** 97.5 % point of Student's t; Cornish–Fisher expansion (Abramowitz & Stegun 26.7.5), exact for 1 and 2 degrees. */
export function studentT975(degrees: number): number {
  if (degrees <= 1) return 12.7062;
  if (degrees <= 2) return 4.30265;
  const z = 1.959964;
  const g1 = (z ** 3 + z) / 4;
  const g2 = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const g3 = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  const g4 = (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92_160;
  return z + g1 / degrees + g2 / degrees ** 2 + g3 / degrees ** 3 + g4 / degrees ** 4;
}

/** Indices of a circular block bootstrap: blocks keep neighbours together, as slices of a run depend on each other. */
export function blockResample(length: number, blockLength: number, random: Random): number[] {
  const indices: number[] = [];
  while (indices.length < length) {
    const start = random.below(length);
    for (let i = 0; i < blockLength && indices.length < length; i++) indices.push((start + i) % length);
  }
  return indices;
}
