/** Figures as SVG text, by Vega without a browser. */
import { parse, View } from "vega";
import { compile } from "vega-lite";
import type { Figure } from "./figure.ts";
import { figureSpec } from "./figureSpec.ts";

export async function renderSvg(figure: Figure): Promise<string> {
  const view = new View(parse(compile(figureSpec(figure)).spec), { renderer: "none" });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
