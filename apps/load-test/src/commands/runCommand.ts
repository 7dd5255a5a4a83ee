/** `tokenmill-load run`: one run, its summary, its reports. */
import {
  addConnectionFlags,
  type ConnectionFlags,
  exitCodes,
  Interrupt,
  printText,
  say,
  UsageError,
} from "@tokenmill/cli";
import { Command } from "commander";
import { ProgressLine } from "../cli/progressLine.ts";
import { ProgressText } from "../run/progressText.ts";
import { writeOutFile } from "../cli/writeOutFile.ts";
import { isTrue, parseLimit } from "../measure/limit.ts";
import { loadHtmlPages } from "../html/loadHtmlPages.ts";
import { actualValue, isUnmeasured, lostText } from "../report/buildRunReport.ts";
import { actualText } from "../report/limitText.ts";
import type { RunReport } from "../report/runReport.ts";
import { summaryText } from "../report/summaryText.ts";
import { collect } from "../scenario/flagValues.ts";
import { addScenarioFlags, type ScenarioFlags, scenarioFrom } from "../scenario/scenarioFlags.ts";
import { runScenario } from "../run/runScenario.ts";

export interface ReportFlags {
  readonly json?: true;
  readonly output?: string;
  readonly html?: string;
  readonly calibrate: boolean;
  readonly failIf?: readonly string[];
}

interface RunFlags extends ScenarioFlags, ReportFlags, Partial<ConnectionFlags> {
  readonly samples?: string;
}

export function runCommand(): Command {
  const command = new Command("run")
    .summary("one run: percentiles, rates, report (the default)")
    .description(
      "Puts load on a target and tells what it carried.\nWithout arguments: the engine with its embedded model, 16 sequences at a time.",
    )
    .argument("[scenario]", "a scenario file (YAML); flags win");
  addScenarioFlags(command);
  addReportFlags(command);
  return addAgentFlags(command)
    .option("--samples <file>", "every request with its raw times, NDJSON")
    .action(async (file: string | undefined, flags: RunFlags) => void (process.exitCode = await run(file, flags)));
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

async function run(file: string | undefined, flags: RunFlags): Promise<number> {
  const conditions = (flags.failIf ?? []).map((text) => parseLimit(text, "failIf"));
  const { cluster, samples: samplesFile } = flags;
  if (cluster !== undefined && samplesFile !== undefined) {
    throw new UsageError("--samples expected without --cluster: agents give histograms");
  }
  const scenario = await scenarioFrom(file, flags);
  if (flags.html !== undefined) await loadHtmlPages();
  const interrupt = new Interrupt();
  const line = new ProgressLine(process.stderr);
  const progress = new ProgressText(scenario.durationMs);
  if (flags.calibrate) line.draw("measuring the load generator itself …");
  try {
    const { report, samples, lost } = await runScenario(scenario, {
      signal: interrupt.signal,
      onProgress: (elapsedMs, state) => line.draw(progress.at(elapsedMs, state)),
      keepSamples: flags.samples !== undefined,
      ...(cluster !== undefined && { cluster: { ...flags, cluster } }),
      ...(flags.calibrate && { calibration: true as const }),
    });
    line.clear();
    if (interrupt.exitCode !== undefined) return interrupt.exitCode;
    if (flags.samples !== undefined)
      await writeOutFile(flags.samples, samples.map((sample) => `${JSON.stringify(sample)}\n`).join(""));
    await writeRunReport(report, flags);
    const broken = conditions.filter(
      (limit) => isUnmeasured(limit, report) || isTrue(limit, actualValue(limit, report)),
    );
    for (const limit of broken) {
      const actual = isUnmeasured(limit, report)
        ? "nothing was measured"
        : `is ${actualText(limit.text, actualValue(limit, report))}`;
      say(`tokenmill-load: failed: ${limit.text}: ${actual}`);
    }
    for (const name of lost) say(`tokenmill-load: failed: ${lostText(name)}`);
    const isNothingDone = report.counts.completed === 0 && report.counts.failed > 0;
    if (isNothingDone) say("tokenmill-load: every request failed");
    return broken.length > 0 || lost.length > 0 || isNothingDone ? exitCodes.failed : exitCodes.done;
  } catch (error) {
    // A load process that the signal ended.
    if (interrupt.exitCode !== undefined) return interrupt.exitCode;
    throw error;
  } finally {
    line.clear();
    interrupt.dispose();
  }
}

async function writeRunReport(report: RunReport, { json, output, html }: ReportFlags): Promise<void> {
  if (output !== undefined) await writeOutFile(output, `${JSON.stringify(report)}\n`);
  if (html !== undefined) {
    const { runHtml } = await loadHtmlPages();
    await writeOutFile(html, await runHtml(report));
  }
  await printText(json ? `${JSON.stringify(report)}\n` : summaryText(report));
}
