/** The figures' font. It comes with the program, as a bare machine has none; Verdana has the same metrics. */
import { fileURLToPath } from "node:url";

export const fontFamily = "DejaVu Sans, Verdana, sans-serif";

/** Paths of the font's files, regular and bold. */
export function fontFiles(): string[] {
  return ["DejaVuSans", "DejaVuSans-Bold"].map((name) =>
    fileURLToPath(import.meta.resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`)),
  );
}
