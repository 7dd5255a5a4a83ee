/** Makes the report of a run from what its processes recorded. */
import type { Calibration } from "./calibration.ts";
import { LatencyHistogram } from "../measure/latencyHistogram.ts";
import { isTrue, type Limit, parseLimit } from "../measure/limit.ts";
import { metricNames, type MetricName } from "../measure/metrics.ts";
import type { RecordedData } from "../measure/recorder.ts";
import { steadyState } from "../measure/steadyState.ts";
import type { DriverUsage } from "../load/loadProcess.ts";
import type { TargetFacts } from "../load/loadProcesses.ts";
import type { ResourceSample } from "../load/resourceWatch.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { MachineFacts } from "./machineFacts.ts";
import { type MetricReport, type Rates, reportVersion, type RunReport, type SloResult } from "./runReport.ts";
import { toolFacts } from "./toolFacts.ts";

export interface RunOutcome {
  readonly scenario: Scenario;
  readonly startedAt: Date;
  /** As it was at the start. */
  readonly machine: MachineFacts;
  readonly data: RecordedData;
  readonly driver: DriverUsage;
  readonly sliceMs: number;
  readonly target: TargetFacts;
  readonly resources: readonly ResourceSample[];
  readonly calibration: Calibration | undefined;
  /** Processes of other machines that were lost, by name. Absent: none. */
  readonly lost?: readonly string[];
}

export function buildRunReport(outcome: RunOutcome): RunReport {
  const { scenario, data, sliceMs, target, resources, driver, calibration } = outcome;
  const { warmUpMs, durationMs } = scenario;
  const window = { fromMs: warmUpMs, toMs: Math.max(warmUpMs, Math.min(durationMs, data.endMs)) };
  const rates = ratesOf(outcome, window.toMs - window.fromMs);
  const metrics = Object.fromEntries(metricNames.map((name) => [name, metricReport(data.histograms[name])])) as Record<
    MetricName,
    MetricReport
  >;
  const report = { metrics, rates };
  const { name, version } = toolFacts();
  return {
    kind: "run",
    version: reportVersion,
    tool: { name, version },
    startedAt: outcome.startedAt.toISOString(),
    machine: outcome.machine,
    scenario,
    target: target.facts,
    window,
    endMs: data.endMs,
    counts: data.counts,
    rates,
    metrics,
    settings: Object.fromEntries(
      Object.entries(data.settings).map(([setting, { counts, e2e }]) => [setting, { counts, e2e: metricReport(e2e) }]),
    ),
    errors: data.errors,
    slo: scenario.slo.map((text) => sloResult(parseLimit(text, "slo", true), report)),
    steady: steadyOf(data, window, sliceMs),
    sliceMs,
    slices: data.slices,
    resources,
    driver,
    warnings: warningsOf(outcome, metrics, rates),
    calibration: calibration ?? null,
  };
}

/** The value that a limit is about. */
export function actualValue({ subject }: Limit, { metrics, rates }: Pick<RunReport, "metrics" | "rates">): number {
  if (subject.kind === "rate") return rates[subject.rate] ?? Number.NaN;
  const metric = metrics[subject.metric];
  if (typeof subject.statistic === "string") return metric[subject.statistic];
  return metric.histogram === ""
    ? 0
    : LatencyHistogram.decode(metric.histogram).percentile(subject.statistic.percentile);
}

function sloResult(limit: Limit, report: Pick<RunReport, "metrics" | "rates">): SloResult {
  const actual = actualValue(limit, report);
  return { limit: limit.text, actual, isKept: isTrue(limit, actual) && !isUnmeasured(limit, report) };
}

/** A latency without a single value keeps no promise. */
export function isUnmeasured({ subject }: Limit, { metrics }: Pick<RunReport, "metrics">): boolean {
  return subject.kind === "metric" && metrics[subject.metric].count === 0;
}

function metricReport(histogram: string): MetricReport {
  const decoded = histogram === "" ? new LatencyHistogram(3) : LatencyHistogram.decode(histogram);
  return { ...decoded.summary(), histogram };
}

function ratesOf({ data, target }: RunOutcome, windowMs: number): Rates {
  const seconds = Math.max(1e-9, windowMs / 1000);
  const { tokens, completed, good } = data.window;
  const { due, failed } = data.counts;
  return {
    requestsPerSecond: completed / seconds,
    tokensPerSecond: tokens / seconds,
    gigabytesPerSecond: target.bytesPerToken === undefined ? null : (tokens * target.bytesPerToken) / 1e9 / seconds,
    goodRequestsPerSecond: good / seconds,
    errorRate: due === 0 ? 0 : failed / due,
  };
}

function steadyOf(
  { slices }: RecordedData,
  { fromMs, toMs }: RunReport["window"],
  sliceMs: number,
): RunReport["steady"] {
  const first = Math.ceil(fromMs / sliceMs);
  const whole = slices.slice(first, Math.floor(toMs / sliceMs));
  const of = whole.some(({ tokens }) => tokens > 0) ? "tokens" : "requests";
  const state = steadyState(
    whole.map(({ tokens, completed }) => (of === "tokens" ? tokens : completed)),
    first * sliceMs,
    sliceMs,
  );
  return state ? { ...state, of } : null;
}

/** What is said of an agent that was lost. */
export function lostText(name: string): string {
  return `${name} was lost: its share of the requests is missing`;
}

function warningsOf(
  { scenario, driver, data, machine, lost = [] }: RunOutcome,
  metrics: RunReport["metrics"],
  rates: Rates,
): string[] {
  const warnings = lost.map(lostText);
  const { load, processes, target } = scenario;
  const isInside = target.type === "pool" || target.type === "engine";
  if (data.counts.completed > 0 && data.window.completed === 0) {
    warnings.push("no request ended in the measured window: it is shorter than a request takes, so rates say little");
  }
  if (data.counts.due === 0)
    warnings.push("no request was due in the measured window: make the run longer or the warm-up shorter");
  if (!isInside && target.type !== "null" && driver.cores > 0.85 * processes) {
    warnings.push(
      `the load generator used ${driver.cores.toFixed(2)} of ${processes} cores: it may be the limit itself, use more processes`,
    );
  }
  if (
    load.mode === "open" &&
    load.maxInFlight === undefined &&
    metrics.sendDelay.p99 > Math.max(2, metrics.e2e.p50 * 0.1)
  ) {
    warnings.push(
      `requests were sent up to ${metrics.sendDelay.p99.toFixed(1)} ms late (p99): the load generator could not keep the schedule`,
    );
  }
  if (machine.loadAverage > 0.75 * machine.cores) {
    warnings.push(
      `the machine was busy before the run (load average ${machine.loadAverage.toFixed(1)} on ${machine.cores} cores): figures are lower than on an idle one`,
    );
  }
  if (load.mode === "closed") {
    warnings.push(
      "closed loop: the target sets the pace, so a stall delays few requests; percentiles of users that come on their own need an open loop",
    );
  }
  if (rates.errorRate > 0.01)
    warnings.push(`${(rates.errorRate * 100).toFixed(1)} % of the requests failed: latencies are of the others`);
  return warnings;
}
