/** docs/rows-from-python.md and docs/guides/sparse-rows.md: client and models of numpy run, where there is numpy. */
import { execFile, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { apiKey, startServer } from "./server.ts";

const root = join(import.meta.dirname, "../..");
const hasNumpy = spawnSync("python3", ["-c", "import numpy"]).status === 0;

describe.runIf(hasNumpy)("logits from Python with numpy", () => {
  it.each([
    ["bigrams", "rows-from-python.md"],
    ["sparse", "guides/sparse-rows.md"],
  ])("runtimes/%s.py prints what docs/%s says", async (module, page) => {
    const server = await startServer();
    onTestFinished(() => server.stop());
    const { stdout } = await promisify(execFile)("python3", ["-m", `runtimes.${module}`], {
      cwd: join(root, "examples/python"),
      env: { ...process.env, TOKENMILL_URL: server.url, TOKENMILL_API_KEY: apiKey, PYTHONDONTWRITEBYTECODE: "1" },
    });
    const outputs = readFileSync(join(root, "docs", page), "utf8").matchAll(/```text\n([^`]*)```/g);
    expect(Array.from(outputs, ([, output]) => output)).toContain(stdout);
  });
});
