/** The report's plots as Vega-Lite specifications, from the medians of a run. */
import { type BenchRun, medianOf, type RunSeries } from "../run/benchRun.ts";
import { unique, whole } from "./figures.ts";
import type { Plot } from "./plotSvg.ts";

export type PlotName = "vocabulary" | "peers" | "top-k" | "batch" | "workers" | "sequences" | "worst";

interface Datum {
  readonly x: number;
  readonly y: number;
  readonly line: string;
  readonly panel: string;
}

interface LinesOptions {
  readonly title: string;
  readonly subtitle: string;
  readonly x: string;
  readonly y: string;
  readonly data: readonly Datum[];
  /** The lines' own names, what they are. */
  readonly legend: string;
  /** Of x. Absent: log. */
  readonly xScale?: "linear" | "log";
}

/** Settings of the plot against V: with all of them no line could be told from another. */
const drawnSettings = [
  "read",
  "greedy",
  "full vocabulary, T 0.8",
  "top-k 40",
  "min-p 0.05",
  "top-p 0.9",
  "llama.cpp default chain",
  "top-k 1000, top-p 0.9",
  "typical 0.95",
  "mirostat 2",
];

/** The plots that a run has series for. */
export function plotsOf(run: BenchRun): Map<PlotName, Plot> {
  const of = (bench: string): RunSeries[] => run.series.filter((series) => series.bench === bench);
  const plots: [PlotName, Plot | undefined][] = [
    ["vocabulary", vocabularyPlot(of("settings"))],
    ["peers", peersPlot(of("peers"))],
    ["top-k", topKPlot(of("topK"))],
    ["batch", batchPlot(of("pool"))],
    ["workers", workersPlot(of("pool"))],
    ["sequences", sequencesPlot(of("engine"))],
    ["worst", worstPlot(of("worst"))],
  ];
  return new Map(plots.filter((entry): entry is [PlotName, Plot] => entry[1] !== undefined));
}

function lines({ title, subtitle, x, y, data, legend, xScale = "log" }: LinesOptions): Plot | undefined {
  const xs = unique(data.map((datum) => datum.x)).toSorted((a, b) => a - b);
  if (xs.length < 2) return undefined;
  const panels = unique(data.map(({ panel }) => panel));
  const axis = { values: xs, format: ",", labelOverlap: true, grid: false };
  const spec = {
    width: panels.length > 1 ? 290 : 560,
    height: 300,
    mark: { type: "line", point: { size: 36 }, strokeWidth: 2 },
    encoding: {
      x: { field: "x", type: "quantitative", title: x, scale: { type: xScale, nice: false }, axis },
      y: { field: "y", type: "quantitative", title: y, scale: { type: "log" }, axis: { format: "~s", tickCount: 6 } },
      color: { field: "line", type: "nominal", title: legend, sort: null },
    },
  };
  const head = { title: { text: title, subtitle }, data: { values: [...data] } };
  if (panels.length < 2) return { ...head, ...spec };
  const facet = { field: "panel", type: "nominal", title: null, sort: panels };
  return { ...head, facet, columns: panels.length === 4 ? 2 : 3, spec };
}

function vocabularyPlot(series: readonly RunSeries[]): Plot | undefined {
  const data = series
    .filter(({ name, at }) => drawnSettings.includes(name) && at["rows"] !== "recorded")
    .map((one) => point(one, "vocabSize", one.name, one.at["rows"]!.toString()));
  return lines({
    title: "Time of a row against the vocabulary",
    subtitle: "64 f32 rows take turns, one thread; both axes logarithmic",
    x: "V",
    y: "µs a row",
    legend: "setting",
    data,
  });
}

function topKPlot(series: readonly RunSeries[]): Plot | undefined {
  const data = series.map((one) => ({ ...point(one, "topK", one.at["rows"]!.toString()), y: medianOf(one, "ratios") }));
  const vocabSize = whole(series[0]?.at["vocabSize"] ?? 0);
  const subtitle = `V = ${vocabSize}; R is a plain read of the same row`;
  return lines({ title: "Top-k against k", subtitle, x: "k", y: "multiples of R", legend: "rows", data });
}

function batchPlot(series: readonly RunSeries[]): Plot | undefined {
  const data = series.map((one) =>
    point(one, "batchSize", `${one.at["workers"]}`, `V = ${whole(one.at["vocabSize"]!)}`),
  );
  const subtitle = "T 0.8, top-k 40, top-p 0.95; 0 workers: the calling thread";
  return lines({ title: "A step of B rows", subtitle, x: "B", y: "µs a row", legend: "workers", data });
}

function workersPlot(series: readonly RunSeries[]): Plot | undefined {
  const data = series
    .filter(({ at }) => at["batchSize"] === 64)
    .map((one) => ({
      ...point(one, "workers", `V = ${whole(one.at["vocabSize"]!)}`),
      y: 1e6 / medianOf(one),
    }));
  const subtitle = "steps of 64 rows; T 0.8, top-k 40, top-p 0.95; 0 workers: the calling thread";
  const axes = { x: "workers", y: "rows per second", legend: "vocabulary", xScale: "linear" } as const;
  return lines({ title: "Rows per second against workers", subtitle, ...axes, data });
}

function sequencesPlot(series: readonly RunSeries[]): Plot | undefined {
  const data = series.map((one) => point(one, "sequences", `${one.at["workers"]}`));
  const subtitle = "the whole engine on the embedded model, V = 50,257, T 0.8, top-p 0.95";
  const axes = { x: "sequences at a time", y: "µs a token", legend: "workers" };
  return lines({ title: "Time of a token against sequences", subtitle, ...axes, data });
}

function point(series: RunSeries, key: string, line: string, panel = ""): Datum {
  return { x: Number(series.at[key]), y: medianOf(series), line, panel };
}

function peersPlot(series: readonly RunSeries[]): Plot | undefined {
  const shown = series.filter(({ at }) => at["rows"] === "gaussian");
  if (shown.length === 0) return undefined;
  const values = shown.map((one) => ({ setting: one.name, peer: one.at["peer"], micros: medianOf(one) }));
  const title = {
    text: "One row, by setting",
    subtitle: `Gaussian rows, V = ${whole(shown[0]!.at["vocabSize"]!)}, one thread each; logarithmic`,
  };
  const settings = unique(values.map(({ setting }) => setting));
  const facet = { field: "setting", type: "nominal", title: null, sort: settings, header: { labelAnchor: "start" } };
  return bars(title, values, "peer", unique(values.map(({ peer }) => peer)), facet);
}

function worstPlot(series: readonly RunSeries[]): Plot | undefined {
  if (series.length === 0) return undefined;
  const values = series.map((one) => ({ setting: one.name, micros: medianOf(one, "ratios") }));
  const subtitle = `over rows and parameters, V = ${whole(series[0]!.at["vocabSize"]!)}; logarithmic`;
  const sorted = values.toSorted((a, b) => b.micros - a.micros);
  const order = sorted.map(({ setting }) => setting);
  return bars({ text: "The largest multiple of R found", subtitle }, sorted, "setting", order);
}

/** Horizontal bars from 1 on a logarithmic scale, with their numbers; in panels, if there is a `facet`. */
function bars(
  title: { text: string; subtitle: string },
  values: readonly object[],
  line: string,
  order: readonly unknown[],
  facet?: object,
): Plot {
  const x = { field: "micros", type: "quantitative", title: null, scale: { type: "log", domainMin: 1 } };
  const y = {
    field: line,
    type: "nominal",
    title: null,
    sort: [...order],
    axis: { domain: false, ticks: false, labelLimit: 220 },
  };
  const spec = {
    width: facet === undefined ? 480 : 230,
    height: { step: 20 },
    layer: [
      {
        mark: { type: "bar", height: 13, cornerRadiusEnd: 2 },
        encoding: {
          x: { ...x, axis: { format: "~s", tickCount: 4 } },
          x2: { datum: 1 },
          y,
          color: {
            condition: { test: `datum.${line} === 'tokenmill'`, value: "#d9822b" },
            value: facet === undefined ? "#2f6fb3" : "#9fb3c8",
          },
        },
      },
      {
        mark: { type: "text", align: "left", dx: 4, fontSize: 10, color: "#1f2933" },
        encoding: { x, y, text: { field: "micros", type: "quantitative", format: ",.3~r" } },
      },
    ],
  };
  const head = { title, data: { values: [...values] } };
  if (facet === undefined) return { ...head, ...spec };
  return { ...head, facet, columns: 2, spacing: { row: 20, column: 30 }, spec };
}
