/**
 * Tells real change from noise between two runs.
 *
 * The noise that matters is between whole processes, so each process gives one number: the median of its rounds, as a
 * multiple of the yardstick where there is one. A change is real if Student's t of the logarithms of these numbers rejects
 * equality at 1 % and the medians differ by more than 3 %. With two or three processes a series knows little about its own
 * noise, and some seem quiet by chance: its variance is at least the median variance of all series of both runs.
 */
import { median } from "./measuring/index.ts";
import { type BenchRun, keyOf, processMedians, type RunSeries } from "./run/benchRun.ts";

export interface Change {
  readonly series: RunSeries;
  readonly before: number;
  readonly after: number;
  /** after ÷ before − 1. */
  readonly change: number;
  readonly isReal: boolean;
}

export const smallestChange = 0.03;
const fewestProcesses = 2;

/** 99.5 % quantiles of Student's t by degrees of freedom, from 2; beyond the last, the last. */
const tQuantiles = [9.925, 5.841, 4.604, 4.032, 3.707, 3.499, 3.355, 3.25, 3.169] as const;

/** Every series that both runs have with at least two processes each, in the order of `before`. */
export function compareRuns(before: BenchRun, after: BenchRun): Change[] {
  const others = new Map(after.series.map((series) => [keyOf(series), series]));
  const pairs = before.series.flatMap((series) => {
    const other = others.get(keyOf(series));
    if (other === undefined) return [];
    const of = series.processes[0]?.ratios && other.processes[0]?.ratios ? "ratios" : "values";
    const [xs, ys] = [series, other].map((side) => processMedians(side, of).map(Math.log)) as [number[], number[]];
    return xs.length < fewestProcesses || ys.length < fewestProcesses ? [] : [{ series, xs, ys }];
  });
  const variances = pairs.map(({ xs, ys }) => pooledVariance(xs, ys));
  const usualVariance = median(variances);
  return pairs.map(({ series, xs, ys }, i) => {
    const standardError = Math.sqrt(Math.max(variances[i]!, usualVariance) * (1 / xs.length + 1 / ys.length));
    const difference = mean(ys) - mean(xs);
    const freedom = Math.min(xs.length + ys.length - 2, tQuantiles.length + 1);
    const change = Math.exp(median(ys) - median(xs)) - 1;
    const isReal = Math.abs(difference) > tQuantiles[freedom - 2]! * standardError && Math.abs(change) > smallestChange;
    return { series, before: Math.exp(median(xs)), after: Math.exp(median(ys)), change, isReal };
  });
}

function pooledVariance(xs: readonly number[], ys: readonly number[]): number {
  return (squares(xs) + squares(ys)) / (xs.length + ys.length - 2);
}

function squares(xs: readonly number[]): number {
  const middle = mean(xs);
  return xs.reduce((sum, x) => sum + (x - middle) ** 2, 0);
}

const mean = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0) / xs.length;

/** The changes as lines, real ones only, with a last line that counts. */
export function describeChanges(changes: readonly Change[]): string {
  const real = changes.filter(({ isReal }) => isReal);
  const lines = real.map(({ series, before, after, change }) => {
    const unit = series.processes[0]?.ratios ? "×" : series.unit;
    const percent = `${change > 0 ? "+" : ""}${(100 * change).toFixed(1)} %`;
    return `${keyOf(series).padEnd(72)} ${before.toPrecision(3)} → ${after.toPrecision(3)} ${unit}  ${percent}`;
  });
  if (changes.length === 0) return "nothing to compare: no series has two processes in both runs";
  return [...lines, `${real.length} of ${changes.length} changed; the others are within the noise`].join("\n");
}
