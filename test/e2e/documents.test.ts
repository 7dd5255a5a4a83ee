/** The documents say what the code does. */
import { execFile } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { cacheHome, tokenmill } from "./helpers/tokenmill.ts";

const root = join(import.meta.dirname, "../..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const run = promisify(execFile);

describe("README.md", () => {
  // a program, then what it prints
  const examples = [...readme.matchAll(/```js\n([\s\S]*?)```\s+[\s\S]*?```text\n([\s\S]*?)```/g)];

  it("has two programs with their output", () => {
    expect(examples).toHaveLength(2);
  });

  it.each(examples.map(([, code, output]) => [code!, output!]))("prints what it says: %s", async (code, output) => {
    const path = join(import.meta.dirname, `example-${process.pid}-${code.length}.mjs`);
    writeFileSync(path, code);
    try {
      const { stdout } = await run(process.execPath, [path], { env: { ...process.env, XDG_CACHE_HOME: cacheHome } });
      expect(stdout).toBe(output);
    } finally {
      rmSync(path);
    }
  });

  it("names commands that exist", async () => {
    const commands = new Set([...readme.matchAll(/npx tokenmill ([a-z]+)/g)].map(([, name]) => name!));
    const { stdout } = await tokenmill(["--help"]);
    for (const name of commands) expect(stdout).toMatch(new RegExp(`^  ${name} `, "m"));
  });
});

describe("FEATURES.md", () => {
  it("has the tables of stages, parameters and profiles that the code has", async () => {
    await expect(run(process.execPath, [join(root, "scripts/features.mjs")])).resolves.toMatchObject({ stderr: "" });
  });
});
