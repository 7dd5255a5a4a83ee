/** Writes a run's report, its plots and the run itself beside them. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BenchRun } from "../run/benchRun.ts";
import { reportText } from "./markdown.ts";
import { plotsOf } from "./plots.ts";
import { plotSvg } from "./plotSvg.ts";

export interface ReportFiles {
  /** Path of the Markdown file. */
  readonly report: string;
  /** Folder of the plots and of `run.json`, made if needed. */
  readonly plots: string;
  /** That folder, from the report. */
  readonly plotPath: string;
}

/** @throws the file system's error if something cannot be written. */
export async function writeReport(run: BenchRun, { report, plots, plotPath }: ReportFiles): Promise<void> {
  await mkdir(plots, { recursive: true });
  const specifications = plotsOf(run);
  for (const [name, plot] of specifications) await writeFile(join(plots, `${name}.svg`), `${await plotSvg(plot)}\n`);
  await writeFile(join(plots, "run.json"), `${JSON.stringify(run)}\n`);
  await writeFile(report, reportText(run, new Set(specifications.keys()), plotPath));
}
