/** SVG as PNG, two pixels per unit. */
import { Resvg } from "@resvg/resvg-js";
import { fontFiles } from "./font.ts";

/** `hasSystemFonts` false: only the program's own font. Absent: the machine's too, for scripts that it lacks. */
export function renderPng(svg: string, { hasSystemFonts = true }: { hasSystemFonts?: boolean } = {}): Uint8Array {
  const resvg = new Resvg(svg, {
    background: "white",
    fitTo: { mode: "zoom", value: 2 },
    font: { fontFiles: fontFiles(), loadSystemFonts: hasSystemFonts, defaultFontFamily: "DejaVu Sans" },
  });
  return resvg.render().asPng();
}

/** @throws Error with the code `ERR_MODULE_NOT_FOUND` if the font is not installed */
export function checkFont(): void {
  fontFiles();
}
