/** `tokenmill-load sweep`: runs along one or more axes. */
import { type ConnectionFlags, exitCodes, integerFlag, say, UsageError } from "@tokenmill/cli";
import { Command } from "commander";
import { ProgressText } from "../run/progressText.ts";
import { isTrue, parseLimit } from "../measure/limit.ts";
import { checkOutFiles } from "../cli/outFiles.ts";
import { loadHtmlPages } from "../html/loadHtmlPages.ts";
import { figure } from "../report/number.ts";
import { addAgentFlags, addReportFlags, type ReportFlags, underProgress, writeReport } from "./reporting.ts";
import { collect } from "../scenario/flagValues.ts";
import { addScenarioFlags, rawScenario, type ScenarioFlags } from "../scenario/scenarioFlags.ts";
import { parseAxis } from "../scenario/axis.ts";
import { runSweep } from "../sweep/runSweep.ts";
import type { SweepReport } from "../report/sweepReport.ts";
import { sweepText } from "../report/sweepText.ts";

interface SweepFlags extends ScenarioFlags, ReportFlags, Partial<ConnectionFlags> {
  readonly over?: readonly string[];
  readonly repeats: number;
  readonly whole?: true;
}

export function sweepCommand(): Command {
  const command = new Command("sweep")
    .summary("runs along one or more axes, up to where the target is full")
    .description(
      "Repeats a run while something varies. Along concurrency or rate it stops where a limit of --slo breaks, or where\n" +
        "more load brings no more throughput.",
    )
    .argument("[scenario]", "a scenario file (YAML); flags win")
    .optionsGroup("Sweep:")
    .option(
      "--over <axis>",
      "concurrency=1..64 (doubling), rate=10..80+10, workers=0,1,2, target.slots=64,128; may be repeated (default: concurrency=1..64)",
      collect,
    )
    .option("--repeats <n>", "runs of each point, for confidence intervals", integerFlag("repeats", 1, 100), 3)
    .option("--whole", "go on where the target is full");
  addScenarioFlags(command);
  addReportFlags(command);
  return addAgentFlags(command).action(
    async (file: string | undefined, flags: SweepFlags) => void (process.exitCode = await sweep(file, flags)),
  );
}

async function sweep(file: string | undefined, flags: SweepFlags): Promise<number> {
  const axes = (flags.over ?? ["concurrency=1..64"]).map(parseAxis);
  const twice = axes.find(({ path }, index) => axes.findIndex((other) => other.path.join() === path.join()) !== index);
  if (twice) throw new UsageError(`"over" expected different axes, got ${twice.name} twice`);
  const conditions = (flags.failIf ?? []).map((text) => parseLimit(text, "failIf"));
  for (const { subject, text } of conditions) {
    const isStored =
      subject.kind === "rate" ||
      typeof subject.statistic === "string" ||
      [50, 90, 95, 99, 99.9].includes(subject.statistic.percentile);
    if (!isStored)
      throw new UsageError(
        `"failIf" expected p50, p90, p95, p99, p99.9, mean, min or max for a sweep, got ${JSON.stringify(text)}`,
      );
  }
  await checkOutFiles([flags.output, flags.html], { "the scenario": file });
  if (flags.html !== undefined) await loadHtmlPages();
  // Short runs: a sweep has many.
  const scenario = await rawScenario(file, flags);
  if (scenario["durationMs"] === undefined && scenario["count"] === undefined) scenario["durationMs"] = 5000;
  let progress: { key: string; text: ProgressText } | undefined;
  const named = (values: readonly unknown[]): string =>
    axes.map(({ name }, index) => `${name} ${String(values[index])}`).join(", ");
  return underProgress(
    (signal, line) =>
      runSweep({
        scenario,
        where: file ?? "the flags",
        axes,
        repeats: flags.repeats,
        isWhole: flags.whole === true,
        calibrate: flags.calibrate,
        signal,
        ...(flags.cluster !== undefined && { cluster: { ...flags, cluster: flags.cluster } }),
        onPoint: (values, repeat, { rates, metrics }) => {
          line.clear();
          say(
            `${named(values)}, run ${repeat + 1} of ${flags.repeats}: ${figure(rates.requestsPerSecond)} requests/s, ${figure(rates.tokensPerSecond)} tokens/s, e2e p99 ${figure(metrics.e2e.p99)} ms`,
          );
        },
        onProgress: (values, { durationMs, seed }, elapsedMs, state) => {
          const key = `${values.join()} ${seed}`;
          if (progress?.key !== key) progress = { key, text: new ProgressText(durationMs) };
          line.draw(`${named(values)}: ${progress.text.at(elapsedMs, state)}`);
        },
      }),
    async (report) => {
      await writeReport(report, flags, { text: sweepText, page: ({ sweepHtml }) => sweepHtml(report) });
      const broken = report.points.flatMap(({ values, runs }) =>
        runs.flatMap((run) =>
          conditions
            .filter((limit) => isTrue(limit, storedValue(limit, run)))
            .map(({ text }) => `${text} at ${named(values)}`),
        ),
      );
      for (const text of new Set(broken)) say(`tokenmill-load: failed: ${text}`);
      return broken.length > 0 ? exitCodes.failed : exitCodes.done;
    },
  );
}

function storedValue(
  { subject }: ReturnType<typeof parseLimit>,
  { rates, metrics }: SweepReport["points"][number]["runs"][number],
): number {
  if (subject.kind === "rate") return rates[subject.rate] ?? Number.NaN;
  const { statistic } = subject;
  const name =
    typeof statistic === "string" ? statistic : (`p${String(statistic.percentile).replace(".", "")}` as "p50");
  return metrics[subject.metric][name];
}
