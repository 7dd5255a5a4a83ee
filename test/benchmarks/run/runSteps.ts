/** Starts the steps of a mode as processes, all of them in turn as often as asked, and collects what they measured. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Series } from "../measuring/index.ts";
import { type BenchRun, mergeSeries } from "./benchRun.ts";
import { commitName, machineFacts } from "./machineFacts.ts";
import { modes, type Step } from "./modes.ts";

export interface RunOptions {
  readonly root: string;
  readonly mode: BenchRun["mode"];
  readonly processCount: number;
  /** Names of the steps to run. */
  readonly only: readonly string[];
}

/** @throws Error if a process fails: a benchmark that is wrong has no time. */
export async function runSteps({ root, mode, processCount, only }: RunOptions): Promise<BenchRun> {
  const steps = modes[mode].steps.filter(({ name }) => only.includes(name));
  const machine = machineFacts();
  const folder = mkdtempSync(join(tmpdir(), "tokenmill-bench-"));
  const recorded = join(folder, "recorded.f32");
  const started = performance.now();
  try {
    if (steps.some(({ usesRecordedRows }) => usesRecordedRows))
      await runScript(root, "packages/embedded-model/bench/recordRows.ts", [recorded], {});
    const measured: Series[][] = [];
    for (let process = 0; process < processCount; process++) {
      for (const step of steps) {
        if (step.isOnce && process > 0) continue;
        console.error(`\n— process ${process + 1} of ${step.isOnce ? 1 : processCount}: ${step.name}`);
        measured.push(await runStep(root, step, folder, recorded));
      }
    }
    return {
      mode,
      commit: commitName(root),
      machine,
      processCount,
      durationSeconds: Math.round((performance.now() - started) / 1000),
      series: mergeSeries(measured),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function runStep(root: string, step: Step, folder: string, recorded: string): Promise<Series[]> {
  const output = join(folder, "series.json");
  rmSync(output, { force: true });
  const env = { ...step.env, BENCH_JSON: output, ...(step.usesRecordedRows && { BENCH_RECORDED: recorded }) };
  await runScript(root, step.script, [], env);
  return JSON.parse(readFileSync(output, "utf8")) as Series[];
}

async function runScript(
  root: string,
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const path = join(root, script);
  const child = spawn(process.execPath, ["--import", "tsx", path, ...args], {
    cwd: dirname(path),
    env: { ...process.env, ...env },
    stdio: "inherit",
  });
  const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  if (code !== 0) throw new Error(`${script} expected exit code 0, got ${code ?? signal}`);
}
