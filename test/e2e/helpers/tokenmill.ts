/** Runs the real command line as a child process. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const packageFile = createRequire(import.meta.url).resolve("tokenmill/package.json");
export const bin: string = join(dirname(packageFile), "bin/tokenmill.js");

/** The embedded model is trained once for all tests, outside the user's own cache. */
export const cacheHome: string = join(import.meta.dirname, "../node_modules/.cache");

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly stdin?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export function start(args: readonly string[], { cwd, env }: RunOptions = {}): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [bin, ...args], {
    cwd,
    env: { ...process.env, XDG_CACHE_HOME: cacheHome, NO_COLOR: "1", ...env },
  });
}

/** Resolves when the process has ended and its output is read. */
export function finished(child: ChildProcessWithoutNullStreams): Promise<Finished> {
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.on("error", reject).on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

export async function tokenmill(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const child = start(args, options);
  child.stdin.on("error", () => undefined).end(options.stdin ?? "");
  return finished(child);
}

/** The objects of NDJSON text. */
export function linesOf<T>(text: string): T[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as T);
}
