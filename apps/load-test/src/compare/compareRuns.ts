/**
 * Two runs: differences with intervals by a block bootstrap over slices of time (blocks of neighbouring slices keep
 * what depends on each other together). It sees the noise within each run; what differs between two starts of the same
 * thing, only repeats show.
 */
import { slicedMetrics } from "../measure/metrics.ts";
import type { SliceData } from "../measure/recorder.ts";
import { blockResample } from "../measure/statistics.ts";
import { Random } from "../random/random.ts";
import type { RunReport } from "../report/runReport.ts";
import { type Difference, verdictOf } from "./difference.ts";
import { SliceQuantiles } from "./sliceQuantiles.ts";

const resamples = 1000;
const leastSlices = 8;
const statistics = [
  ["p50", 0.5],
  ["p90", 0.9],
  ["p99", 0.99],
] as const;

export function compareRuns(before: RunReport, after: RunReport): Difference[] {
  const runs: Pair = { before, after, a: windowSlices(before), b: windowSlices(after) };
  const rates = [
    rateDifference("requests/s", runs, "requestsPerSecond", ({ completed }) => completed),
    rateDifference("tokens/s", runs, "tokensPerSecond", ({ tokens }) => tokens),
    rateDifference("good requests/s", runs, "goodRequestsPerSecond", ({ good }) => good),
  ].filter(({ before: x, after: y }) => x > 0 || y > 0);
  const latencies = slicedMetrics
    .filter((metric) => before.metrics[metric].count > 0 && after.metrics[metric].count > 0)
    .flatMap((metric) => latencyDifferences(metric, runs));
  return [...rates, ...latencies];
}

/** Whole slices of the measured window. */
function windowSlices({ slices, sliceMs, window }: RunReport): readonly SliceData[] {
  return slices.slice(Math.ceil(window.fromMs / sliceMs), Math.floor(window.toMs / sliceMs));
}

/** Two runs, and the whole slices of their measured windows. */
interface Pair {
  readonly before: RunReport;
  readonly after: RunReport;
  readonly a: readonly SliceData[];
  readonly b: readonly SliceData[];
}

function rateDifference(
  name: string,
  { before: runBefore, after: runAfter, a, b }: Pair,
  rate: "requestsPerSecond" | "tokensPerSecond" | "goodRequestsPerSecond",
  count: (slice: SliceData) => number,
): Difference {
  const before = runBefore.rates[rate];
  const after = runAfter.rates[rate];
  const ofA = a.map(count);
  const ofB = b.map(count);
  const mean = (counts: readonly number[], indices: readonly number[]): number =>
    indices.reduce((sum, index) => sum + counts[index]!, 0) / indices.length;
  const interval = bootstrap(a.length, b.length, (x, y) => [mean(ofB, y) / mean(ofA, x) - 1])[0]!;
  const change = after / before - 1;
  return { name, unit: "/s", before, after, change, interval, verdict: verdictOf(change, interval) };
}

function latencyDifferences(metric: (typeof slicedMetrics)[number], { before, after, a, b }: Pair): Difference[] {
  const ofA = new SliceQuantiles(a.map(({ histograms }) => histograms[metric]));
  const ofB = new SliceQuantiles(b.map(({ histograms }) => histograms[metric]));
  const shares = statistics.map(([, share]) => share);
  const intervals = bootstrap(a.length, b.length, (x, y) => {
    const valuesA = ofA.at(x, shares);
    return ofB.at(y, shares).map((value, index) => value / valuesA[index]! - 1);
  });
  return statistics.map(([statistic], index) => {
    const x = before.metrics[metric][statistic];
    const y = after.metrics[metric][statistic];
    const interval = intervals[index] ?? null;
    const change = y / x - 1;
    return {
      name: `${metric} ${statistic}`,
      unit: "ms",
      before: x,
      after: y,
      change,
      interval,
      verdict: verdictOf(change, interval),
    };
  });
}

/** 95 % percentile intervals of what `changes` gives for resampled slices; null for fewer than eight slices. */
function bootstrap(
  lengthA: number,
  lengthB: number,
  changes: (a: readonly number[], b: readonly number[]) => number[],
): ([number, number] | null)[] {
  const count = changes([0], [0]).length;
  if (Math.min(lengthA, lengthB) < leastSlices) return Array.from({ length: count }, () => null);
  const random = new Random(1, "bootstrap");
  const block = (length: number): number => Math.max(1, Math.round(Math.sqrt(length)));
  const drawn = Array.from({ length: resamples }, () =>
    changes(blockResample(lengthA, block(lengthA), random), blockResample(lengthB, block(lengthB), random)),
  );
  return Array.from({ length: count }, (_, index) => {
    const sorted = drawn
      .map((values) => values[index]!)
      .filter(Number.isFinite)
      .sort((x, y) => x - y);
    if (sorted.length < resamples / 2) return null;
    return [sorted[Math.floor(sorted.length * 0.025)]!, sorted[Math.ceil(sorted.length * 0.975) - 1]!];
  });
}
