/** Starts the steps of a mode as processes, all of them in turn as often as asked, and collects what they measured. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, dirname, join } from "node:path";
import type { Series } from "../measuring/index.ts";
import { type BenchRun, mergeSeries } from "./benchRun.ts";
import { commitName, machineFacts } from "./machineFacts.ts";
import { modes, type Step } from "./modes.ts";

export interface RunOptions {
  /** Checkouts; the processes of each step take turns between them. */
  readonly roots: readonly string[];
  readonly mode: BenchRun["mode"];
  readonly processCount: number;
  /** Names of the steps to run. */
  readonly only: readonly string[];
  /** `.npy` files and language models, whose rows are measured as well. */
  readonly rows: readonly string[];
  /** Where rows that a model gives are kept. */
  readonly out: string;
}

/** Rows as files of f32: of the embedded model, and of other models. */
interface RowFiles {
  readonly embedded: string;
  readonly real: readonly string[];
}

/** A run for each checkout. @throws Error if a process fails: a benchmark that is wrong has no time. */
export async function runSteps({ roots, mode, processCount, only, rows, out }: RunOptions): Promise<BenchRun[]> {
  const isAsked = ({ name, rows: of }: Step): boolean => only.includes(name) && (of !== "real" || rows.length > 0);
  const steps = modes[mode].steps.filter(isAsked);
  const machine = machineFacts();
  const folder = mkdtempSync(join(tmpdir(), "tokenmill-bench-"));
  const files = {
    embedded: join(folder, "recorded.f32"),
    real: rows.map((path) => join(folder, `${nameOf(path)}.f32`)),
  };
  const started = performance.now();
  try {
    if (steps.some((step) => step.rows === "embedded"))
      await runScript(roots[0]!, "packages/embedded-model/bench/recordRows.ts", [files.embedded], {});
    if (steps.some((step) => step.rows === "real"))
      for (const [i, path] of rows.entries()) await recordReal(roots[0]!, path, files.real[i]!, out);
    const measured: Series[][][] = roots.map(() => []);
    for (let process = 0; process < processCount; process++) {
      for (const step of steps) {
        if (step.isOnce && process > 0) continue;
        for (const [i, root] of roots.entries()) {
          if (i > 0 && step.isOthers) continue;
          const place = i > 0 ? ` of ${root}` : "";
          console.error(`\n— process ${process + 1} of ${step.isOnce ? 1 : processCount}: ${step.name}${place}`);
          measured[i]!.push(await runStep(root, step, folder, files));
        }
      }
    }
    const durationSeconds = Math.round((performance.now() - started) / 1000);
    return roots.map((root, i) => {
      return {
        mode,
        commit: commitName(root),
        machine,
        processCount,
        durationSeconds,
        series: mergeSeries(measured[i]!),
      };
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const nameOf = (path: string): string => basename(path).replace(/\.[^.]*$/, "");

/** Rows of a model are kept as `.npy` too, so that another run can measure the same. */
async function recordReal(root: string, path: string, to: string, out: string): Promise<void> {
  const script = "packages/sources/bench/recordRows.ts";
  const stored = path.endsWith(".npy") ? path : join(out, `${nameOf(path)}.npy`);
  mkdirSync(out, { recursive: true });
  if (stored !== path) await runScript(root, script, [path, stored], {});
  await runScript(root, script, [stored, to], {});
}

async function runStep(root: string, step: Step, folder: string, files: RowFiles): Promise<Series[]> {
  const output = join(folder, "series.json");
  rmSync(output, { force: true });
  const recorded = step.rows === "real" ? files.real.join(delimiter) : files.embedded;
  const env = { ...step.env, BENCH_JSON: output, ...(step.rows && { BENCH_RECORDED: recorded }) };
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
