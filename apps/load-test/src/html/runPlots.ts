/** The plots of one run. */
import { LatencyHistogram } from "../measure/latencyHistogram.ts";
import { slicedMetrics } from "../measure/metrics.ts";
import type { RunReport } from "../report/runReport.ts";
import { from0, logarithmic } from "./axes.ts";
import type { Plot } from "./plot.ts";

const colors: Readonly<Record<string, string>> = {
  e2e: "#2f6fb3",
  service: "#8a8f98",
  ttft: "#3f9c6b",
  itl: "#d9822b",
};

/** The same colour for a metric in every plot. */
function metricColor(names: readonly string[]): Record<string, unknown> {
  const scale = { domain: [...names], range: names.map((name) => colors[name]) };
  return { field: "metric", type: "nominal", title: null, scale };
}

const seconds = { field: "s", type: "quantitative", title: "seconds from the start", axis: { format: "~g" } };

/** Rates over time, with the measured window shaded. */
export function throughputPlot({ slices, sliceMs, window, rates }: RunReport): Plot {
  const perSecond = 1000 / sliceMs;
  const field = rates.tokensPerSecond > 0 ? "tokens" : "completed";
  const values = slices.map((slice, index) => ({
    s: ((index + 0.5) * sliceMs) / 1000,
    rate: slice[field] * perSecond,
  }));
  return {
    height: 180,
    layer: [
      windowBand(window),
      {
        data: { values },
        mark: { type: "line", strokeWidth: 1.5 },
        encoding: {
          x: seconds,
          y: from0("rate", field === "tokens" ? "tokens or rows per second" : "requests per second"),
        },
      },
    ],
  };
}

/** Requests that began, ended, ended within the limits, and were in flight. */
export function requestsPlot({ slices, sliceMs, slo }: RunReport): Plot {
  const perSecond = 1000 / sliceMs;
  const values = slices.flatMap((slice, index) => {
    const s = ((index + 0.5) * sliceMs) / 1000;
    const rows = [
      { s, what: "begun /s", value: slice.started * perSecond },
      { s, what: "ended /s", value: slice.completed * perSecond },
      { s, what: "in flight", value: slice.inFlight },
    ];
    if (slo.length > 0) rows.push({ s, what: "within limits /s", value: slice.good * perSecond });
    return rows;
  });
  return {
    height: 180,
    data: { values },
    mark: { type: "line", strokeWidth: 1.5 },
    encoding: { x: seconds, y: from0("value", "requests"), color: { field: "what", type: "nominal", title: null } },
  };
}

/** Median and 99th percentile of what ended in each slice. */
export function latencyOverTimePlot({ slices, sliceMs, metrics }: RunReport): Plot {
  const shown = slicedMetrics.filter((name) => metrics[name].count > 0);
  const values = shown.flatMap((metric) =>
    slices.flatMap(({ histograms }, index) => {
      if (histograms[metric] === "") return [];
      const histogram = LatencyHistogram.decode(histograms[metric]);
      const s = ((index + 0.5) * sliceMs) / 1000;
      return [
        { s, metric, percentile: "p50", ms: positive(histogram.percentile(50)) },
        { s, metric, percentile: "p99", ms: positive(histogram.percentile(99)) },
      ];
    }),
  );
  return {
    data: { values },
    mark: { type: "line", strokeWidth: 1.5 },
    encoding: {
      x: seconds,
      y: logarithmic("ms", "milliseconds"),
      color: metricColor(shown),
      strokeDash: { field: "percentile", type: "nominal", title: null },
    },
  };
}

/** Latency against percentile, on a scale where each nine takes the same width. */
export function percentilePlot({ metrics, scenario }: RunReport): Plot {
  // In a closed loop a request is due when it is sent.
  const names = scenario.load.mode === "closed" ? slicedMetrics : (["e2e", "service", "ttft", "itl"] as const);
  const shown = names.filter((name) => metrics[name].count > 0);
  const values = shown.flatMap((metric) => {
    const histogram = LatencyHistogram.decode(metrics[metric].histogram);
    const nines = Math.min(5, Math.log10(histogram.count));
    return Array.from({ length: 60 }, (_, i) => {
      const oneIn = 10 ** ((nines * i) / 59);
      return { metric, oneIn, ms: positive(histogram.percentile(100 * (1 - 1 / oneIn))) };
    });
  });
  return {
    data: { values },
    mark: { type: "line", strokeWidth: 1.5 },
    encoding: {
      x: {
        field: "oneIn",
        type: "quantitative",
        title: "percentile",
        scale: { type: "log" },
        axis: {
          values: [1, 2, 10, 100, 1000, 10_000, 100_000],
          labelExpr: "datum.value == 1 ? 'min' : 'p' + format(100 - 100 / datum.value, '.10~g')",
        },
      },
      y: logarithmic("ms", "milliseconds"),
      color: metricColor(shown),
    },
  };
}

/** Counts in equal steps of the logarithm. */
export function histogramPlot({ metrics }: RunReport): Plot {
  const shown = slicedMetrics.filter((name) => metrics[name].count > 0);
  const values = shown.flatMap((metric) => {
    const { histogram, count } = metrics[metric];
    const bins = new Map<number, number>();
    for (const bucket of LatencyHistogram.decode(histogram).buckets()) {
      const bin = Math.floor(Math.log10(positive((bucket.fromMs + bucket.toMs) / 2)) * 20);
      bins.set(bin, (bins.get(bin) ?? 0) + bucket.count);
    }
    return [...bins].map(([bin, inBin]) => ({
      metric,
      from: 10 ** (bin / 20),
      to: 10 ** ((bin + 1) / 20),
      share: inBin / count,
      zero: 0,
    }));
  });
  return {
    data: { values },
    height: 70 * shown.length,
    facet: { row: { field: "metric", type: "nominal", title: null } },
    spec: {
      width: 700,
      height: 90,
      mark: { type: "rect", fillOpacity: 0.85 },
      encoding: {
        x: { ...logarithmic("from", "milliseconds") },
        x2: { field: "to" },
        y: { field: "share", type: "quantitative", title: "share", axis: { format: "%", tickCount: 3 } },
        y2: { field: "zero" },
        color: { ...metricColor(shown), legend: null },
      },
    },
  };
}

export function resourcesPlot({ resources }: RunReport): Plot {
  const values = resources.map(({ atMs, cores, residentBytes }) => ({
    s: atMs / 1000,
    cores,
    mebibytes: residentBytes / 2 ** 20,
  }));
  const line = (field: string, title: string, color: string): Record<string, unknown> => ({
    mark: { type: "line", strokeWidth: 1.5, color },
    encoding: { x: seconds, y: { ...from0(field, title), axis: { format: ",~f", titleColor: color } } },
  });
  return {
    height: 160,
    data: { values },
    layer: [line("cores", "cores", "#2f6fb3"), line("mebibytes", "MiB", "#d9822b")],
    resolve: { scale: { y: "independent" } },
  };
}

function windowBand({ fromMs, toMs }: RunReport["window"]): Record<string, unknown> {
  return {
    data: { values: [{ from: fromMs / 1000, to: toMs / 1000 }] },
    mark: { type: "rect", color: "#eef3f8" },
    encoding: { x: { field: "from", type: "quantitative" }, x2: { field: "to" } },
  };
}

/** A logarithmic scale has no zero: a tenth of a microsecond stands for less. */
function positive(ms: number): number {
  return Math.max(1e-4, ms);
}
