/** A figure as a Vega-Lite specification: small multiples of horizontal bars on one scale. */
import type { TopLevelSpec } from "vega-lite";
import { fontFamily } from "./font.ts";
import type { Figure } from "./figure.ts";

const ink = "#1f2933";
const faintInk = "#66727f";
const grid = "#e4e8ec";
const behind = "#d3d9df";
const inFront = "#2f6fb3";

const panelWidth = 150;
const rowHeight = 24;
const mostPanelsInARow = 3;

export function figureSpec({ title, subtitle, tokens, softmax, panels }: Figure): TopLevelSpec {
  const values = panels.flatMap((panel) =>
    tokens.map((token, i) => ({
      panel: panel.title,
      token,
      prob: panel.probs[i]!,
      before: softmax[i]!,
      label: labelOf(panel.probs[i]!),
    })),
  );
  const largest = Math.max(...values.flatMap(({ prob, before }) => [prob, before]));
  // space for the number beside the longest bar
  const scale = { domain: [0, largest * 1.42], nice: false };
  const token = { field: "token", type: "nominal" as const, sort: [...tokens], title: null };
  const ticks = ticksUpTo(largest);
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    background: "white",
    padding: 16,
    title: { text: title, subtitle: [...subtitle], anchor: "start", offset: 14 },
    data: { values },
    facet: { field: "panel", type: "nominal", sort: panels.map((panel) => panel.title), title: null },
    columns: Math.min(mostPanelsInARow, panels.length),
    spacing: { row: 22, column: 26 },
    spec: {
      width: panelWidth,
      height: { step: rowHeight },
      layer: [
        {
          mark: { type: "bar", color: behind, height: 18, cornerRadiusEnd: 2 },
          encoding: {
            x: { field: "before", type: "quantitative", scale, title: null, axis: { values: ticks } },
            y: token,
          },
        },
        {
          mark: { type: "bar", color: inFront, height: 10, cornerRadiusEnd: 2 },
          encoding: { x: { field: "prob", type: "quantitative" }, y: token },
        },
        {
          transform: [{ calculate: "max(datum.prob, datum.before)", as: "end" }],
          mark: { type: "text", align: "left", baseline: "middle", dx: 4, fontSize: 11 },
          encoding: {
            x: { field: "end", type: "quantitative" },
            y: token,
            text: { field: "label", type: "nominal" },
            color: { condition: { test: "datum.prob > 0", value: ink }, value: faintInk },
          },
        },
      ],
    },
    config: {
      font: fontFamily,
      title: {
        color: ink,
        fontSize: 17,
        fontWeight: "bold",
        subtitleColor: faintInk,
        subtitleFontSize: 12,
        subtitlePadding: 6,
      },
      header: { labelColor: ink, labelFontSize: 13, labelFontWeight: "bold", labelAnchor: "start", labelPadding: 6 },
      axis: { labelColor: ink, labelFontSize: 12, domain: false, ticks: false, labelPadding: 6, labelLimit: 160 },
      axisX: { gridColor: grid, labelColor: faintInk, labelFontSize: 10 },
      axisY: { grid: false },
      view: { stroke: null },
    },
  };
}

function labelOf(prob: number): string {
  if (prob === 0) return "–";
  return prob < 0.00005 ? "<.0001" : prob.toFixed(4);
}

/** 0 and one to four round steps up to the largest probability. */
function ticksUpTo(largest: number): number[] {
  const step = [0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001].find((size) => largest / size >= 2) ?? 0.001;
  return Array.from({ length: Math.floor(largest / step + 1e-9) + 1 }, (_, i) => Number((i * step).toFixed(4)));
}
