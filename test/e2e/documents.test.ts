/** The documents say what the code does. */
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { bin, cacheHome, tokenmill } from "./helpers/tokenmill.ts";

const root = join(import.meta.dirname, "../..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const run = promisify(execFile);
const hasJq = process.env["CI"] !== undefined || spawnSync("jq", ["--version"]).status === 0;

describe.each([
  ["README.md", 2],
  ["docs/structure.md", 2],
])("%s", (path, count) => {
  // a program, then what it prints
  const page = readFileSync(join(root, path), "utf8");
  const examples = [...page.matchAll(/```js\n([\s\S]*?)```\s+[\s\S]*?```text\n([\s\S]*?)```/g)];

  it(`has ${count} programs with their output`, () => {
    expect(examples).toHaveLength(count);
  });

  it.each(examples.map(([, code, output]) => [code!, output!]))("prints what it says: %s", async (code, output) => {
    const file = join(import.meta.dirname, `example-${process.pid}-${code.length}.mjs`);
    writeFileSync(file, code);
    try {
      const { stdout } = await run(process.execPath, [file], { env: { ...process.env, XDG_CACHE_HOME: cacheHome } });
      expect(stdout).toBe(output);
    } finally {
      rmSync(file);
    }
  });
});

describe("README.md", () => {
  const recipes = [...readme.matchAll(/^ {4}npx (tokenmill stream .* (?:\||--output) .*)$/gm)].map(
    ([, recipe]) => recipe!,
  );

  it("has six recipes", () => {
    expect(recipes).toHaveLength(6);
  });

  // jq is no part of a bare machine; in CI it is installed
  const runnable = recipes.filter((recipe) => !recipe.includes("| jq") || hasJq);
  it.each(runnable)("a recipe works: %s", async (recipe) => {
    const folder = mkdtempSync(join(tmpdir(), "tokenmill-recipe-"));
    const command = recipe.replace("tokenmill", `"${process.execPath}" "${bin}"`);
    const { stdout } = await run("bash", ["-o", "pipefail", "-c", command], {
      cwd: folder,
      env: { ...process.env, XDG_CACHE_HOME: cacheHome },
    });
    const sizes = readdirSync(folder).map((name) => statSync(join(folder, name)).size);
    const isFile = /split|gzip|--output/.test(recipe);
    expect(isFile ? Math.min(...sizes) : stdout.trim().split("\n").length).toBeGreaterThan(2);
    expect(sizes).toHaveLength(recipe.includes("split") ? 4 : isFile ? 1 : 0);
    rmSync(folder, { recursive: true });
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
