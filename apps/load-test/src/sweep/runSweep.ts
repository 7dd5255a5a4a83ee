/**
 * A sweep: the first axis within each combination of the others. The first pass finds which points there are, and stops
 * a series where the target is full; further passes repeat all points in the same order, so that a machine that
 * becomes slower or faster meanwhile does not favour one of them.
 */
import type { ConnectionFlags } from "@tokenmill/cli";
import { calibrate } from "../calibrate/calibrate.ts";
import { LatencyHistogram } from "../measure/latencyHistogram.ts";
import { metricNames, type MetricName } from "../measure/metrics.ts";
import { average } from "../measure/statistics.ts";
import { machineFacts } from "../report/machineFacts.ts";
import { lostText } from "../report/buildRunReport.ts";
import { reportVersion, type RunReport } from "../report/runReport.ts";
import { toolFacts } from "../report/toolFacts.ts";
import type { Progress } from "../load/loadProcess.ts";
import { runScenario } from "../run/runScenario.ts";
import { completeScenario } from "../scenario/completeScenario.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { type Axis, isLoadAxis, withValue } from "../scenario/axis.ts";
import { findSaturation, isFull, type LoadPoint } from "../measure/saturation.ts";
import type { PointRun, Series, SweepPoint, SweepReport } from "../report/sweepReport.ts";

type Value = number | string | boolean;

export interface SweepOptions {
  readonly scenario: Readonly<Record<string, unknown>>;
  readonly where: string;
  readonly axes: readonly Axis[];
  readonly repeats: number;
  /** Whether to go on where the target is full. */
  readonly isWhole: boolean;
  readonly calibrate: boolean;
  readonly signal: AbortSignal;
  /** The load comes from the agents of a cluster. Absent: from this machine. */
  readonly cluster?: ConnectionFlags;
  readonly onPoint: (values: readonly Value[], repeat: number, run: PointRun) => void;
  readonly onProgress: (values: readonly Value[], scenario: Scenario, elapsedMs: number, progress: Progress) => void;
}

interface OpenPoint {
  readonly scenario: Scenario;
  readonly values: readonly Value[];
  readonly runs: PointRun[];
  readonly histograms: Record<MetricName, LatencyHistogram>;
}

/** @throws UsageError if any point's scenario makes no sense, before the first run; Error if an agent is lost */
export async function runSweep(options: SweepOptions): Promise<SweepReport> {
  const { axes, repeats, signal } = options;
  const startedAt = new Date();
  const machine = machineFacts();
  const [first, ...others] = axes;
  const allSeries = await Promise.all(
    combinations(others).map(async (rest) => ({
      rest,
      points: await Promise.all(first!.values.map((value) => openPoint(options, [value, ...rest]))),
    })),
  );
  const sample = allSeries[0]!.points[0]!.scenario;
  const calibration = options.calibrate ? await calibrate(sample, signal) : null;
  const visited: { rest: readonly Value[]; points: OpenPoint[] }[] = [];
  for (const { rest, points } of allSeries) {
    const series: { rest: readonly Value[]; points: OpenPoint[] } = { rest, points: [] };
    visited.push(series);
    for (const point of points) {
      if (signal.aborted) break;
      series.points.push(point);
      await runPoint(options, point, 0);
      if (!options.isWhole && isLoadAxis(first!) && isFull(series.points.map(loadPoint))) break;
    }
  }
  for (let repeat = 1; repeat < repeats; repeat++) {
    for (const point of visited.flatMap(({ points }) => points))
      if (!signal.aborted) await runPoint(options, point, repeat);
  }
  const { name, version } = toolFacts();
  return {
    kind: "sweep",
    version: reportVersion,
    tool: { name, version },
    startedAt: startedAt.toISOString(),
    machine,
    scenario: options.scenario,
    axes,
    repeats,
    points: visited.flatMap(({ points }) => points.map(closePoint)),
    series: visited.map(
      ({ rest, points }): Series => ({
        values: rest,
        saturation: isLoadAxis(first!) ? findSaturation(points.map(loadPoint)) : null,
      }),
    ),
    calibration,
  };
}

async function openPoint({ scenario, where, axes }: SweepOptions, values: readonly Value[]): Promise<OpenPoint> {
  const changed = axes.reduce((current, axis, index) => withValue(current, axis, values[index]!), {
    ...scenario,
  } as Record<string, unknown>);
  const complete = await completeScenario(
    changed,
    `${where} with ${axes.map(({ name }, index) => `${name}=${values[index]}`).join(", ")}`,
  );
  const histograms = Object.fromEntries(metricNames.map((metric) => [metric, new LatencyHistogram(3)])) as Record<
    MetricName,
    LatencyHistogram
  >;
  return { scenario: complete, values, runs: [], histograms };
}

async function runPoint(options: SweepOptions, point: OpenPoint, repeat: number): Promise<void> {
  const { signal, cluster, onPoint, onProgress } = options;
  // Each repeat has arrivals and choices of its own.
  const scenario = { ...point.scenario, seed: point.scenario.seed + repeat };
  const { report, lost } = await runScenario(scenario, {
    signal,
    ...(cluster && { cluster }),
    onProgress: (elapsedMs, progress) => onProgress(point.values, scenario, elapsedMs, progress),
  });
  if (signal.aborted) return;
  // A point with less load than it says is no point, and the agents that are left would make the next ones differently.
  if (lost.length > 0) throw new Error(lost.map(lostText).join("; "));
  for (const metric of metricNames) {
    const { histogram } = report.metrics[metric];
    if (histogram !== "") point.histograms[metric].add(LatencyHistogram.decode(histogram));
  }
  const run = pointRun(report);
  point.runs.push(run);
  onPoint(point.values, repeat, run);
}

function pointRun({ startedAt, rates, metrics, errors, slo, steady, resources, driver }: RunReport): PointRun {
  return {
    startedAt,
    rates,
    metrics: Object.fromEntries(
      metricNames.map((name) => {
        const { histogram: _histogram, ...summary } = metrics[name];
        return [name, summary];
      }),
    ) as PointRun["metrics"],
    errors: Object.fromEntries(Object.entries(errors).map(([kind, { count }]) => [kind, count])),
    slo,
    isSteady: steady?.isSteady ?? null,
    targetCores: resources.length === 0 ? null : average(resources.map(({ cores }) => cores)),
    targetResidentBytes:
      resources.length === 0 ? null : Math.max(...resources.map(({ residentBytes }) => residentBytes)),
    driverCores: driver.cores,
  };
}

function closePoint({ values, runs, histograms }: OpenPoint): SweepPoint {
  return {
    values,
    runs,
    histograms: Object.fromEntries(
      metricNames.map((name) => [name, histograms[name].count === 0 ? "" : histograms[name].encode()]),
    ) as SweepPoint["histograms"],
  };
}

function loadPoint({ scenario, runs }: OpenPoint): LoadPoint {
  const { load } = scenario;
  const requests = average(runs.map(({ rates }) => rates.requestsPerSecond));
  const tokens = average(runs.map(({ rates }) => rates.tokensPerSecond));
  return {
    load: load.mode === "closed" ? load.concurrency : load.rate!,
    throughput: tokens > 0 ? tokens : requests,
    achievedShare: load.mode === "closed" ? undefined : requests / load.rate!,
    keepsLimits: runs.every(({ slo }) => slo.every(({ isKept }) => isKept)),
  };
}

function combinations(axes: readonly Axis[]): Value[][] {
  return axes.reduce<Value[][]>(
    (all, axis) => all.flatMap((before) => axis.values.map((value) => [...before, value])),
    [[]],
  );
}
