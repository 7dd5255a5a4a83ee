/** What commands that make a report have in common: their flags, the load under a progress line, and where the report goes. */
import { addConnectionFlags, Interrupt, printText } from "@tokenmill/cli";
import type { Command } from "commander";
import { ProgressLine } from "../cli/progressLine.ts";
import { writeOutFile } from "../cli/outFiles.ts";
import { loadHtmlPages } from "../html/loadHtmlPages.ts";
import { collect } from "../scenario/flagValues.ts";

export interface ReportFlags {
  readonly json?: true;
  readonly output?: string;
  readonly html?: string;
  readonly calibrate: boolean;
  readonly failIf?: readonly string[];
}

export function addReportFlags(command: Command): void {
  command
    .optionsGroup("Output:")
    .option("--json", "print the report as one JSON object on stdout instead of the summary")
    .option("--output <file>", "the same into a file")
    .option("--html <file>", "a report with plots, in one file")
    .option("--no-calibrate", "do not measure the load generator itself first (2.5 s)")
    .option(
      "--fail-if <condition>",
      "exit with 1 if true, such as itl.p99>5ms or errorRate>1%; may be repeated",
      collect,
    );
}

export function addAgentFlags(command: Command): Command {
  command
    .optionsGroup("Cluster:")
    .option(
      "--cluster <urls>",
      "let the agents of a cluster make the load, a share each (tokenmill-load agent): NATS servers, nats://host:4222, with commas",
    );
  return addConnectionFlags(command);
}

/** The exit code that `judge` gives what `load` made; that of the signal where one came before. */
export async function underProgress<T>(
  load: (signal: AbortSignal, line: ProgressLine) => Promise<T>,
  judge: (made: T) => Promise<number>,
): Promise<number> {
  const interrupt = new Interrupt();
  const line = new ProgressLine(process.stderr);
  try {
    const made = await load(interrupt.signal, line);
    line.clear();
    return interrupt.exitCode ?? (await judge(made));
  } catch (error) {
    // A load process that the signal ended.
    if (interrupt.exitCode !== undefined) return interrupt.exitCode;
    throw error;
  } finally {
    line.clear();
    interrupt.dispose();
  }
}

type HtmlPages = Awaited<ReturnType<typeof loadHtmlPages>>;

/** The forms of a report for people. */
interface Forms<Report> {
  readonly text: (report: Report) => string;
  readonly page: (pages: HtmlPages) => Promise<string>;
}

/** Writes the report to where the flags say. */
export async function writeReport<Report>(
  report: Report,
  { json, output, html }: ReportFlags,
  { text, page }: Forms<Report>,
): Promise<void> {
  const whole = `${JSON.stringify(report)}\n`;
  if (output !== undefined) await writeOutFile(output, whole);
  if (html !== undefined) await writeOutFile(html, await page(await loadHtmlPages()));
  await printText(json ? whole : text(report));
}
