/** Plots as SVG text, by Vega without a browser. */
import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";

const faintInk = "#52606d";

const config = {
  font: "DejaVu Sans, Verdana, sans-serif",
  axis: {
    labelColor: faintInk,
    titleColor: faintInk,
    titleFontWeight: "normal",
    gridColor: "#e4e8ec",
    domainColor: "#cbd2d9",
    tickColor: "#cbd2d9",
  },
  legend: { labelColor: faintInk, titleColor: faintInk, titleFontWeight: "normal" },
  view: { stroke: null },
  range: { category: ["#2f6fb3", "#d9822b", "#3f9c6b", "#b5475f", "#7a5bb0", "#8a8f98"] },
} as const;

/** A plot without its `config`, as Vega-Lite has it. */
export type Plot = Record<string, unknown>;

export async function plotSvg(plot: Plot): Promise<string> {
  const spec = {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    background: "white",
    padding: 8,
    width: 760,
    height: 260,
    ...plot,
    config,
  };
  const view = new View(parse(compile(spec as unknown as TopLevelSpec).spec), { renderer: "none" });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
