/** Where a run was made. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";

export interface MachineFacts {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly node: string;
  readonly system: string;
  /** Of the last minute, before the run: well above 0, others had work for the machine. */
  readonly loadAverage: number;
}

export function machineFacts(): MachineFacts {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    node: process.version,
    system: systemName(),
    loadAverage: Number(loadavg()[0]!.toFixed(2)),
  };
}

function systemName(): string {
  try {
    return /^PRETTY_NAME="(.*)"$/m.exec(readFileSync("/etc/os-release", "utf8"))![1]!;
  } catch {
    return `${process.platform} ${process.arch}`;
  }
}

/** Short hash of the commit, with `+` if files differ from it; undefined outside a repository. */
export function commitName(root: string): string | undefined {
  const git = (...args: string[]): string => execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim();
  try {
    return `${git("rev-parse", "--short=10", "HEAD")}${git("status", "--porcelain", "--untracked-files=no") ? "+" : ""}`;
  } catch {
    return undefined;
  }
}
