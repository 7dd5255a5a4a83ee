/** The figures, for which Vega and, for PNG, resvg and a font have to be installed: 90 packages that few want. */
import { loadOptional } from "@tokenmill/check";

const forSvg = ["vega@6", "vega-lite@~6.4.3"];
const forPng = [...forSvg, "@resvg/resvg-js@2", "dejavu-fonts-ttf@2"];

/** @throws Error that says what to install */
export function loadFigures(isPng: boolean): Promise<typeof import("./writeFigures.ts")> {
  return loadOptional(isPng ? '"--png"' : '"--svg"', isPng ? forPng : forSvg, async () => {
    if (isPng) (await import("./renderPng.ts")).checkFont();
    return import("./writeFigures.ts");
  });
}
