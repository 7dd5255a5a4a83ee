/** A sweep at a glance, for a terminal or a Markdown file. */
import type { MetricName } from "../measure/metrics.ts";
import { type Estimate, estimate } from "../measure/statistics.ts";
import { duration, figure, percent } from "./number.ts";
import { calibrationText } from "./summaryText.ts";
import type { PointRun, SweepPoint, SweepReport } from "./sweepReport.ts";

export function sweepText(report: SweepReport): string {
  return `${markdownTable(sweepTable(report))}\n\n${sweepNotes(report).join("\n")}\n`;
}

/** A row a point, after the header. */
export function sweepTable(report: SweepReport): string[][] {
  const { axes, points } = report;
  const hasTokens = points.some(({ runs }) => runs.some(({ rates }) => rates.tokensPerSecond > 0));
  const metrics = (["e2e", "ttft", "itl"] as const).filter((name) =>
    points.some(({ runs }) => runs.some((run) => run.metrics[name].count > 0)),
  );
  const isBytes = points.some(({ runs }) => runs.some(({ rates }) => rates.gigabytesPerSecond !== null));
  const hasLimits = points.some(({ runs }) => runs.some(({ slo }) => slo.length > 0));
  const header = [
    ...axes.map(({ name }) => name),
    "requests/s",
    ...(hasTokens ? [unitOf(report)] : []),
    ...(isBytes ? ["GB/s"] : []),
    ...(hasLimits ? ["good/s"] : []),
    ...metrics.flatMap((name) => [`${name} p50`, `${name} p99`]),
    "errors",
    "target cores",
    "per core",
  ];
  const rows = points.map((point) => [
    ...point.values.map((value) => (typeof value === "number" ? value.toLocaleString("en") : String(value))),
    withInterval(point, ({ rates }) => rates.requestsPerSecond, figure),
    ...(hasTokens ? [withInterval(point, ({ rates }) => rates.tokensPerSecond, figure)] : []),
    ...(isBytes ? [figure(over(point, ({ rates }) => rates.gigabytesPerSecond ?? 0).mean)] : []),
    ...(hasLimits ? [figure(over(point, ({ rates }) => rates.goodRequestsPerSecond).mean)] : []),
    ...metrics.flatMap((name) => [metricCell(point, name, "p50"), metricCell(point, name, "p99")]),
    percent(over(point, ({ rates }) => rates.errorRate).mean),
    (point.runs[0]?.targetCores ?? null) === null
      ? "–"
      : figure(over(point, ({ targetCores }) => targetCores ?? 0).mean),
    perCoreText(point, hasTokens),
  ]);
  return [header, ...rows];
}

/** What the table does not say. */
export function sweepNotes(report: SweepReport): string[] {
  const { axes, series, repeats, calibration } = report;
  const lines = [repeats === 1 ? "one run a point" : `mean ± half of the 95 % interval over ${repeats} runs a point`];
  for (const { values, saturation } of series) {
    if (!saturation) continue;
    const others = axes
      .slice(1)
      .map(({ name }, index) => `${name}=${values[index]}`)
      .join(", ");
    const at = `${axes[0]!.name} ${saturation.load.toLocaleString("en")} (${figure(saturation.throughput)} ${unitOf(report)})`;
    const reason = {
      limit: `a limit breaks beyond ${at}`,
      bend: `full at ${at}: more load brings less than 10 % per doubling, or less than 95 % of what is offered`,
      none: `not full at ${at}`,
    }[saturation.reason];
    lines.push(`${others === "" ? "" : `${others}: `}${reason}`);
  }
  if (calibration) lines.push(`calibration: ${calibrationText(calibration)}`);
  return lines;
}

/** Throughput for each core that the target had: what stays comparable on a machine that is busy with other work. */
function perCoreText({ runs }: SweepPoint, hasTokens: boolean): string {
  const used = runs.flatMap(({ rates, targetCores }) => {
    const rate = hasTokens ? rates.tokensPerSecond : rates.requestsPerSecond;
    return targetCores === null || targetCores === 0 ? [] : [rate / targetCores];
  });
  return used.length === 0 ? "–" : figure(estimate(used).mean);
}

/** What throughput counts. */
export function unitOf({ scenario, points }: SweepReport): string {
  if (!points.some(({ runs }) => runs.some(({ rates }) => rates.tokensPerSecond > 0))) return "requests/s";
  const type = (scenario["target"] as { type?: string } | undefined)?.type;
  return type === "pool" || type === "logits" ? "rows/s" : "tokens/s";
}

export function over({ runs }: SweepPoint, value: (run: PointRun) => number): Estimate {
  return estimate(runs.map(value));
}

function metricCell(point: SweepPoint, name: MetricName, statistic: "p50" | "p99"): string {
  if (point.runs.some(({ metrics }) => metrics[name].count === 0)) return "–";
  return withInterval(point, ({ metrics }) => metrics[name][statistic], duration);
}

function withInterval(point: SweepPoint, value: (run: PointRun) => number, text: (value: number) => string): string {
  const { mean, halfWidth } = over(point, value);
  return halfWidth === undefined ? text(mean) : `${text(mean)} ± ${text(halfWidth)}`;
}

function markdownTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padStart(widths[column]!)).join(" | ")} |`;
  const rule = `|${widths.map((width) => `${"-".repeat(width + 1)}:`).join("|")}|`;
  return [line(rows[0]!), rule, ...rows.slice(1).map(line)].join("\n");
}
