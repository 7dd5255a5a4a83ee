/** Two sweeps: points with equal values, by Welch's t over their repeats. */
import { metricNames } from "../measure/metrics.ts";
import { average, studentT975, variance } from "../measure/statistics.ts";
import type { PointRun, SweepPoint, SweepReport } from "../report/sweepReport.ts";
import { type Difference, verdictOf } from "./difference.ts";

export function compareSweeps(before: SweepReport, after: SweepReport): Difference[] {
  return before.points.flatMap((point) => {
    const other = after.points.find(({ values }) => values.join() === point.values.join());
    if (!other) return [];
    const name = before.axes.map((axis, index) => `${axis.name}=${point.values[index]}`).join(" ");
    return quantities(point).map(({ label, unit, value }) =>
      welch(`${name} ${label}`, unit, point.runs.map(value), other.runs.map(value)),
    );
  });
}

interface Quantity {
  readonly label: string;
  readonly unit: Difference["unit"];
  readonly value: (run: PointRun) => number;
}

function quantities({ runs }: SweepPoint): Quantity[] {
  const rates: Quantity[] = [
    { label: "requests/s", unit: "/s", value: ({ rates: { requestsPerSecond } }) => requestsPerSecond },
  ];
  if (runs.some(({ rates: { tokensPerSecond } }) => tokensPerSecond > 0)) {
    rates.push({ label: "tokens/s", unit: "/s", value: ({ rates: { tokensPerSecond } }) => tokensPerSecond });
  }
  const latencies = metricNames
    .filter(
      (metric) => ["e2e", "ttft", "itl"].includes(metric) && runs.some(({ metrics }) => metrics[metric].count > 0),
    )
    .flatMap((metric) =>
      (["p50", "p99"] as const).map(
        (statistic): Quantity => ({
          label: `${metric} ${statistic}`,
          unit: "ms",
          value: ({ metrics }) => metrics[metric][statistic],
        }),
      ),
    );
  return [...rates, ...latencies];
}

function welch(name: string, unit: Difference["unit"], a: readonly number[], b: readonly number[]): Difference {
  const before = average(a);
  const after = average(b);
  const change = after / before - 1;
  const interval = a.length < 2 || b.length < 2 ? null : welchInterval(a, b, before);
  return { name, unit, before, after, change, interval, verdict: verdictOf(change, interval) };
}

/** Of the difference of the means, as a share of the first mean. */
function welchInterval(a: readonly number[], b: readonly number[], before: number): [number, number] {
  const partA = variance(a) / a.length;
  const partB = variance(b) / b.length;
  const difference = average(b) - before;
  if (partA + partB === 0) return [difference / before, difference / before];
  const degrees = (partA + partB) ** 2 / (partA ** 2 / (a.length - 1) + partB ** 2 / (b.length - 1));
  const half = studentT975(degrees) * Math.sqrt(partA + partB);
  return [(difference - half) / before, (difference + half) / before];
}
