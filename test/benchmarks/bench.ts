/**
 * `npm run bench`: every benchmark, in whole processes that are repeated, into a folder with the run as JSON, a report and
 * its plots. `--compare` tells what changed between two runs, `--against` between two checkouts; `--publish` makes
 * BENCHMARKS.md and docs/bench from a run.
 */
import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { compareRuns, describeChanges } from "./compare.ts";
import { writeReport } from "./report/writeReport.ts";
import { readRun } from "./run/benchRun.ts";
import { modes } from "./run/modes.ts";
import { runSteps } from "./run/runSteps.ts";

const usage = `usage: npm run bench -- [options]
  --quick                     fewer sizes and rounds, two processes: 3 to 4 minutes
  --processes N               how often each benchmark's process is started (absent: 3, quick 2)
  --only a,b                  some of: ${modes.full.steps.map(({ name }) => name).join(", ")}
  --rows a.npy,b.gguf         rows of models, with llama.cpp beside where its library is: f32 rows of a file, or 64 that a
                              language model gives (a GGUF or ONNX file, or the name of one; written to --out as .npy)
  --against folder            another built checkout: its processes and ours take turns, then as --compare
  --out folder                for run.json, report.md and plots (absent: bench-results)
  --compare a.json b.json     what changed from run a to run b, beyond the noise
  --publish run.json          BENCHMARKS.md and docs/bench from a run`;

const root = resolve(import.meta.dirname, "../..");

function options(): ReturnType<typeof parse> {
  try {
    return parse();
  } catch (error) {
    return refuse((error as Error).message);
  }
}

function parse() {
  // pnpm hands on the "--" that npm keeps
  const args = process.argv.slice(2).filter((arg) => arg !== "--");
  return parseArgs({
    args,
    allowPositionals: true,
    options: {
      quick: { type: "boolean", default: false },
      processes: { type: "string" },
      only: { type: "string" },
      rows: { type: "string" },
      against: { type: "string" },
      out: { type: "string", default: "bench-results" },
      compare: { type: "boolean", default: false },
      publish: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
}

function refuse(problem: string): never {
  console.error(`${problem}\n${usage}`);
  process.exit(2);
}

const { values, positionals } = options();
if (values.help) console.log(usage);
else if (values.compare) {
  if (positionals.length !== 2) refuse(`"--compare" expected two files, got ${positionals.length}`);
  console.log(describeChanges(compareRuns(readRun(positionals[0]!), readRun(positionals[1]!))));
} else if (values.publish) {
  if (positionals.length !== 1) refuse(`"--publish" expected one file, got ${positionals.length}`);
  const plots = join(root, "docs/bench");
  await writeReport(readRun(positionals[0]!), { report: join(root, "BENCHMARKS.md"), plots, plotPath: "docs/bench" });
} else {
  await measure();
}

async function measure(): Promise<void> {
  if (positionals.length > 0) refuse(`expected no "${positionals[0]}"`);
  const mode = values.quick ? "quick" : "full";
  const names = modes[mode].steps.map(({ name }) => name);
  const only = values.only?.split(",") ?? names;
  for (const name of only)
    if (!names.includes(name)) refuse(`"--only" expected some of ${names.join(", ")}, got "${name}"`);
  const processCount = Number(values.processes ?? modes[mode].processCount);
  if (!Number.isInteger(processCount) || processCount < 1)
    refuse(`"--processes" expected integer ≥ 1, got "${values.processes}"`);
  const out = resolve(values.out);
  const against = values.against === undefined ? undefined : resolve(values.against);
  if (against !== undefined && !existsSync(join(against, "packages/core/dist")))
    refuse(`"--against" expected a built checkout, got "${values.against}"`);
  const rows = values.rows?.split(",").map((name) => (existsSync(name) ? resolve(name) : name)) ?? [];
  const roots = against === undefined ? [root] : [root, against];
  const [run, other] = await runSteps({ roots, mode, processCount, only, rows, out });
  await writeReport(run!, { report: join(out, "report.md"), plots: out, plotPath: "." });
  console.error(`\n${run!.durationSeconds} s; written: ${values.out}/run.json, ${values.out}/report.md`);
  if (other === undefined) return;
  writeFileSync(join(out, "against.json"), `${JSON.stringify(other)}\n`);
  console.log(`from ${other.commit ?? values.against} to ${run!.commit ?? "ours"}:`);
  console.log(describeChanges(compareRuns(other, run!)));
}
