/** `tokenmill-load run`: one run, its summary, its reports. */
import { type ConnectionFlags, type ExitCode, exitCodes, say, UsageError } from "@tokenmill/cli";
import { Command } from "commander";
import { ProgressText } from "../run/progressText.ts";
import { checkOutFiles, writeOutFile } from "../cli/outFiles.ts";
import { isTrue, type Limit, parseLimit } from "../measure/limit.ts";
import { loadHtmlPages } from "../html/loadHtmlPages.ts";
import { actualValue, isUnmeasured, lostText } from "../report/buildRunReport.ts";
import { actualText } from "../report/limitText.ts";
import type { RunReport } from "../report/runReport.ts";
import { summaryText } from "../report/summaryText.ts";
import { addScenarioFlags, type ScenarioFlags, scenarioFrom } from "../scenario/scenarioFlags.ts";
import { runScenario } from "../run/runScenario.ts";
import { addAgentFlags, addReportFlags, type ReportFlags, underProgress, writeReport } from "./reporting.ts";

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

async function run(file: string | undefined, flags: RunFlags): Promise<number> {
  const conditions = (flags.failIf ?? []).map((text) => parseLimit(text, "failIf"));
  const { cluster, samples: samplesFile } = flags;
  if (cluster !== undefined && samplesFile !== undefined) {
    throw new UsageError("--samples expected without --cluster: agents give histograms");
  }
  const scenario = await scenarioFrom(file, flags);
  await checkOutFiles([flags.output, flags.html, samplesFile], { "the scenario": file });
  if (flags.html !== undefined) await loadHtmlPages();
  return underProgress(
    (signal, line) => {
      const progress = new ProgressText(scenario.durationMs);
      if (flags.calibrate) line.draw("measuring the load generator itself …");
      return runScenario(scenario, {
        signal,
        onProgress: (elapsedMs, state) => line.draw(progress.at(elapsedMs, state)),
        keepSamples: samplesFile !== undefined,
        ...(cluster !== undefined && { cluster: { ...flags, cluster } }),
        ...(flags.calibrate && { calibration: true as const }),
      });
    },
    async ({ report, samples, lost }) => {
      if (samplesFile !== undefined)
        await writeOutFile(samplesFile, samples.map((sample) => `${JSON.stringify(sample)}\n`).join(""));
      await writeReport(report, flags, { text: summaryText, page: ({ runHtml }) => runHtml(report) });
      return exitCodeOf(report, conditions, lost);
    },
  );
}

/** Says on stderr what makes the run a failed one. */
function exitCodeOf(report: RunReport, conditions: readonly Limit[], lost: readonly string[]): ExitCode {
  const broken = conditions.filter((limit) => isUnmeasured(limit, report) || isTrue(limit, actualValue(limit, report)));
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
}
