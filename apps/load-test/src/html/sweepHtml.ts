/** The report of a sweep with plots. */
import type { MetricName } from "../measure/metrics.ts";
import { over, sweepNotes, sweepTable, unitOf } from "../report/sweepText.ts";
import type { PointRun, SweepReport } from "../report/sweepReport.ts";
import { from0, logarithmic } from "./axes.ts";
import { page, preformatted, type Section, table } from "./page.ts";
import { type Plot, plotSvg } from "./plot.ts";

export async function sweepHtml(report: SweepReport): Promise<string> {
  const { axes, points, machine, startedAt, scenario, repeats } = report;
  const unit = unitOf(report);
  const hasLimits = points.some(({ runs }) => runs.some(({ slo }) => slo.length > 0));
  const throughput = (run: PointRun): number =>
    unit === "requests/s" ? run.rates.requestsPerSecond : run.rates.tokensPerSecond;
  const sections: Section[] = [
    { title: "Summary", body: table(sweepTable(report)) + preformatted(sweepNotes(report).join("\n")) },
    {
      title: `Throughput against ${axes[0]!.name}`,
      note: bandNote(repeats),
      body: await plotSvg(estimatePlot(report, throughput, unit, true)),
    },
  ];
  for (const [metric, title] of [
    ["e2e", "End-to-end latency"],
    ["ttft", "Time to first token"],
    ["itl", "Time between tokens"],
  ] as const) {
    if (points.some(({ runs }) => runs.some(({ metrics }) => metrics[metric].count > 0))) {
      sections.push({ title, body: await plotSvg(latencyPlot(report, metric)) });
    }
  }
  if (hasLimits) {
    sections.push({
      title: "Goodput",
      note: "Requests per second within all limits.",
      body: await plotSvg(estimatePlot(report, ({ rates }) => rates.goodRequestsPerSecond, "requests/s", true)),
    });
  }
  if (points.some(({ runs }) => runs.some(({ targetCores }) => targetCores !== null))) {
    sections.push({
      title: "CPU of the target",
      body: await plotSvg(estimatePlot(report, ({ targetCores }) => targetCores ?? 0, "cores", true)),
    });
  }
  sections.push({ title: "Scenario", body: preformatted(JSON.stringify(scenario, null, 2)) });
  const lead = `${startedAt}, ${machine.cores} × ${machine.cpu}, Node ${machine.node}, load average ${machine.loadAverage.toFixed(1)} before the first run.`;
  return page(`Sweep over ${axes.map(({ name }) => name).join(" and ")}`, lead, sections);
}

function bandNote(repeats: number): string {
  return repeats === 1 ? "One run a point." : `Mean of ${repeats} runs a point; bars are 95 % intervals.`;
}

/** A line a series, with the 95 % interval of each point. */
function estimatePlot(report: SweepReport, value: (run: PointRun) => number, title: string, isFrom0: boolean): Plot {
  const values = report.points.map((point) => {
    const { mean, halfWidth = 0 } = over(point, value);
    return {
      x: point.values[0],
      series: seriesName(report, point.values),
      y: mean,
      low: Math.max(0, mean - halfWidth),
      high: mean + halfWidth,
    };
  });
  const y = isFrom0 ? from0("y", title) : logarithmic("y", title);
  const common = { x: xAxis(report), ...colorOf(report) };
  return {
    data: { values },
    layer: [
      { mark: { type: "line", point: true, strokeWidth: 1.5 }, encoding: { ...common, y } },
      {
        mark: { type: "rule" },
        encoding: { ...common, y: { field: "low", type: "quantitative", title }, y2: { field: "high" } },
      },
    ],
  };
}

function latencyPlot(report: SweepReport, metric: MetricName): Plot {
  const measured = report.points.filter(({ runs }) => runs.every(({ metrics }) => metrics[metric].count > 0));
  const values = measured.flatMap((point) =>
    (["p50", "p90", "p99"] as const).map((percentile) => ({
      x: point.values[0],
      series: seriesName(report, point.values),
      percentile,
      ms: Math.max(1e-4, over(point, ({ metrics }) => metrics[metric][percentile]).mean),
    })),
  );
  const isSingle = report.axes.length === 1;
  return {
    data: { values },
    mark: { type: "line", point: true, strokeWidth: 1.5 },
    encoding: {
      x: xAxis(report),
      y: logarithmic("ms", "milliseconds"),
      ...(isSingle
        ? { color: { field: "percentile", type: "nominal", title: null } }
        : { ...colorOf(report), strokeDash: { field: "percentile", type: "nominal", title: null } }),
    },
  };
}

/** Logarithmic where the values span more than tenfold. */
function xAxis({ axes, points }: SweepReport): Record<string, unknown> {
  const { name, values } = axes[0]!;
  if (!values.every((value) => typeof value === "number"))
    return { field: "x", type: "ordinal", title: name, sort: [...values] };
  const least = Math.min(...values);
  const isLog = least > 0 && Math.max(...values) / least > 10;
  const ticks = [...new Set(points.map((point) => point.values[0]))];
  return {
    field: "x",
    type: "quantitative",
    title: name,
    scale: isLog ? { type: "log" } : { zero: false },
    axis: { values: ticks, format: ",~f", labelOverlap: true },
  };
}

function colorOf({ axes }: SweepReport): Record<string, unknown> {
  if (axes.length === 1) return {};
  return {
    color: {
      field: "series",
      type: "nominal",
      title: axes
        .slice(1)
        .map(({ name }) => name)
        .join(", "),
      sort: null,
    },
  };
}

function seriesName({ axes }: SweepReport, values: readonly (number | string | boolean)[]): string {
  return axes
    .slice(1)
    .map((_, index) => values[index + 1]!.toLocaleString("en"))
    .join(", ");
}
