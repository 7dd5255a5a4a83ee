/** A run at a glance, for a terminal. */
import type { Calibration } from "./calibration.ts";
import type { MetricName } from "../measure/metrics.ts";
import type { EngineTargetSpec, LoadSpec } from "../scenario/scenario.ts";
import { actualText } from "./limitText.ts";
import { duration, figure, percent } from "./number.ts";
import type { RunReport } from "./runReport.ts";

const labels: readonly (readonly [MetricName, string])[] = [
  ["e2e", "end to end"],
  ["service", "  from sending"],
  ["ttft", "first token"],
  ["ttftService", "  from sending"],
  ["itl", "between tokens"],
  ["tpot", "per token"],
  ["sendDelay", "send delay"],
];

export function summaryText(report: RunReport): string {
  const { scenario, window, counts, rates, steady, slo, errors, driver, resources, warnings, calibration } = report;
  const isRows = scenario.target.type === "pool" || scenario.target.type === "logits";
  const lines = [
    `${scenario.name}: ${targetText(report)}, ${loadText(scenario.load)}`,
    `measured ${duration(window.fromMs)} … ${duration(window.toMs)}: ${counts.due} requests due, ${counts.completed} done, ${counts.cancelled} cancelled, ${counts.failed} failed`,
    "",
    row("throughput", [
      `${figure(rates.requestsPerSecond)} requests/s`,
      rates.tokensPerSecond > 0 ? `${figure(rates.tokensPerSecond)} ${isRows ? "rows" : "tokens"}/s` : "",
      rates.gigabytesPerSecond === null ? "" : `${figure(rates.gigabytesPerSecond)} GB/s of logits`,
    ]),
  ];
  if (slo.length > 0)
    lines.push(row("goodput", [`${figure(rates.goodRequestsPerSecond)} requests/s within the limits`]));
  if (steady) {
    const unit = steady.of === "tokens" ? (isRows ? "rows/s" : "tokens/s") : "requests/s";
    const interval = steady.halfWidth === undefined ? "" : ` ± ${figure(steady.halfWidth)}`;
    lines.push(
      row(steady.isSteady ? "steady" : "NOT steady", [
        `${figure(steady.perSecond)}${interval} ${unit} from ${duration(steady.fromMs)} on, drift ${percent(steady.drift)}`,
      ]),
    );
  }
  lines.push("", latencyTable(report), "");
  for (const { limit, actual, isKept } of slo)
    lines.push(row(isKept ? "kept" : "BROKEN", [limit, `is ${actualText(limit, actual)}`]));
  for (const [kind, { count, example }] of Object.entries(errors))
    lines.push(row("error", [`${count} × ${kind}`, example.split("\n")[0]!.slice(0, 100)]));
  if (resources.length > 0) {
    const cores = resources.reduce((sum, sample) => sum + sample.cores, 0) / resources.length;
    const peak = Math.max(...resources.map(({ residentBytes }) => residentBytes));
    lines.push(row("target", [`${figure(cores)} cores`, `${figure(peak / 2 ** 20)} MiB at most`]));
  }
  lines.push(
    row("load tester", [
      `${figure(driver.cores)} cores`,
      `event loop late by ${duration(driver.eventLoopDelayP99Ms)} (p99, 10 ms timer included)`,
    ]),
  );
  if (calibration) lines.push(row("calibration", [calibrationText(calibration)]));
  for (const warning of warnings) lines.push(row("note", [warning]));
  return `${lines.join("\n").replaceAll(/\n{3,}/g, "\n\n")}\n`;
}

export function calibrationText({
  endpoint,
  maxRequestsPerSecond,
  maxTokensPerSecond,
  rate,
  e2eP50Ms,
  e2eP99Ms,
}: Calibration): string {
  return `${endpoint}: at most ${figure(maxRequestsPerSecond)} requests/s, ${figure(maxTokensPerSecond)} tokens/s; adds ${duration(e2eP50Ms)} (p50), ${duration(e2eP99Ms)} (p99) at ${figure(rate)} requests/s`;
}

export function targetText({ scenario: { target }, target: facts }: Pick<RunReport, "scenario" | "target">): string {
  switch (target.type) {
    case "pool":
      return `pool of ${target.workers} workers, ${target.batchSize} rows a request, V ${target.vocabSize.toLocaleString("en")} ${target.dtype}`;
    case "engine":
      return `engine, ${facts["workers"] as number} workers, ${rowsText(target)}`;
    case "http":
      return `${target.api} at ${target.url}`;
    case "logits":
      return `logits at ${target.url}, ${target.batchSize} rows a request, V ${target.vocabSize.toLocaleString("en")} ${target.dtype}`;
    case "null":
      return "null target";
    default:
      return target satisfies never;
  }
}

function rowsText({ model, source, vocabSize, dtype }: EngineTargetSpec): string {
  if (model !== undefined) return model;
  return source === "synthetic" ? `synthetic V ${vocabSize.toLocaleString("en")} ${dtype}` : source;
}

export function loadText(load: LoadSpec): string {
  if (load.mode === "closed") return `closed loop, ${load.concurrency} in flight`;
  const law = load.arrivals === "gamma" ? `gamma (burstiness ${load.burstiness})` : load.arrivals;
  if (load.trace) return `open loop, trace at ${load.trace.speed} × speed`;
  if (load.profile)
    return `open loop, ${law}, ${load.profile.map(({ from, to }) => (from === to ? from : `${from}→${to}`)).join(", ")} requests/s`;
  if (load.bursts)
    return `open loop, ${law}, ${load.bursts.baseRate} with bursts of ${load.bursts.peakRate} requests/s`;
  return `open loop, ${law}, ${figure(load.rate!)} requests/s`;
}

function latencyTable({ metrics, scenario }: RunReport): string {
  const isClosed = scenario.load.mode === "closed";
  const shown = labels.filter(
    ([name]) => metrics[name].count > 0 && !(isClosed && ["service", "ttftService", "sendDelay"].includes(name)),
  );
  const header = ["latency", "count", "mean", "p50", "p90", "p99", "p99.9", "max"];
  const rows = shown.map(([name, label]) => {
    const { count, mean, p50, p90, p99, p999, max } = metrics[name];
    return [label, count.toLocaleString("en"), ...[mean, p50, p90, p99, p999, max].map(duration)];
  });
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((cells) => cells[column]!.length)));
  return all
    .map((cells) =>
      cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join("  "),
    )
    .join("\n");
}

function row(label: string, parts: readonly string[]): string {
  return `${label.padEnd(13)} ${parts.filter((part) => part !== "").join("   ")}`;
}
