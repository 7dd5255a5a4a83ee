import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { modes } from "./run/modes.ts";

const root = join(import.meta.dirname, "../..");

function bench(...args: string[]): { status: number | null; stderr: string } {
  const script = join(import.meta.dirname, "bench.ts");
  const options = { cwd: root, encoding: "utf8" } as const;
  return spawnSync(process.execPath, ["--import", "tsx", script, ...args], options);
}

describe("npm run bench", () => {
  it("starts scripts that exist, under names of their own", () => {
    for (const { steps } of Object.values(modes)) {
      expect(steps.filter(({ script }) => !existsSync(join(root, script)))).toEqual([]);
      expect(new Set(steps.map(({ name }) => name)).size).toBe(steps.length);
    }
  });

  it("has nothing in the quick mode that the full mode lacks", () => {
    const full = modes.full.steps.map(({ name }) => name);
    expect(modes.quick.steps.map(({ name }) => name).filter((name) => !full.includes(name))).toEqual([]);
  });

  it.each([
    [["--compare", "one.json"], '"--compare" expected two files, got 1'],
    [["--only", "nothing"], 'got "nothing"'],
    [["--processes", "0"], '"--processes" expected integer ≥ 1, got "0"'],
    [["--against", "nowhere"], '"--against" expected a built checkout, got "nowhere"'],
    [["--fast"], "Unknown option '--fast'"],
    [["run.json"], 'expected no "run.json"'],
  ])("refuses %j with exit code 2", (args, message) => {
    const { status, stderr } = bench(...args);
    expect(stderr).toContain(message);
    expect(status).toBe(2);
  });

  it("refuses JSON that is no run", () => {
    const { status, stderr } = bench("--compare", "package.json", "package.json");
    expect(stderr).toContain('"package.json" expected a run of npm run bench, got other JSON');
    expect(status).toBe(1);
  });
});
