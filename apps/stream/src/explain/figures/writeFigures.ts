/** Writes the figures of an explanation into directories, made if needed. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Explanation } from "../explanation/explanation.ts";
import { figuresOf } from "./figure.ts";
import { renderSvg } from "./renderSvg.ts";

export interface FigureDirectories {
  /** Absent: no SVG files. */
  readonly svg?: string;
  /** Absent: no PNG files. */
  readonly png?: string;
}

/** The paths written. @throws the file system's error if a directory or a file cannot be written. */
export async function writeFigures(explanation: Explanation, { svg, png }: FigureDirectories): Promise<string[]> {
  for (const directory of [svg, png]) if (directory !== undefined) await mkdir(directory, { recursive: true });
  const paths: string[] = [];
  const write = async (path: string, content: string | Uint8Array): Promise<void> => {
    await writeFile(path, content);
    paths.push(path);
  };
  for (const figure of figuresOf(explanation)) {
    const text = await renderSvg(figure);
    if (svg !== undefined) await write(join(svg, `${figure.name}.svg`), text);
    if (png !== undefined) {
      const { renderPng } = await import("./renderPng.ts");
      await write(join(png, `${figure.name}.png`), renderPng(text));
    }
  }
  return paths;
}
