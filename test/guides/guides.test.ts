/** What the documentation says is there, and its programs print what it says. */
import { execFile } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { brokenLinks, commandsIn, pages, programsIn, root, textOf } from "./pages.ts";

const run = promisify(execFile);
const bin = fileURLToPath(new URL("bin/tokenmill.js", import.meta.resolve("tokenmill/package.json")));
const guides = pages.filter((page) => page.startsWith("docs/guides/"));

describe("pages", () => {
  it("have no marks of a merge", () => {
    expect(pages.filter((page) => /^(<<<<<<<|>>>>>>>) /m.test(textOf(page)))).toEqual([]);
  });

  it("have no link that leads nowhere", () => {
    expect(pages.flatMap((page) => brokenLinks(page).map((link) => `${page}: ${link}`))).toEqual([]);
  });

  it("name commands and flags that exist", async () => {
    const commands = ["README.md", ...pages.filter((page) => page.startsWith("docs/"))].flatMap((page) =>
      commandsIn(textOf(page)),
    );
    const names = [...new Set(commands.map(({ command }) => command))].filter((name) => name !== "load");
    const helps = new Map(
      await Promise.all(
        names.map(async (name) => [name, (await run(process.execPath, [bin, name, "--help"])).stdout] as const),
      ),
    );
    const wrong = commands
      .filter(({ command }) => command !== "load")
      .filter(({ command, flags }) => flags.some((flag) => !new RegExp(`${flag}\\b`).test(helps.get(command)!)));
    expect(wrong.map(({ line }) => line)).toEqual([]);
    expect(commands.length).toBeGreaterThan(15);
  });
});

describe("programs of the guides", () => {
  const programs = guides.flatMap((page) => programsIn(textOf(page)).map((program) => ({ page, ...program })));

  it("are fourteen or more", () => {
    expect(programs.length).toBeGreaterThanOrEqual(14);
  });

  it.each(programs.map(({ page, code, output }, i) => [page, i, code, output] as const))(
    "of %s, number %i, prints what it says",
    async (_page, number, code, output) => {
      const path = join(import.meta.dirname, `guide-${process.pid}-${number}.mjs`);
      writeFileSync(path, code);
      try {
        expect((await run(process.execPath, [path])).stdout).toBe(output);
      } finally {
        rmSync(path);
      }
    },
  );
});

describe("docs/guides/migration.md", () => {
  it("has the tables that the code has", async () => {
    await expect(run(process.execPath, [join(root, "scripts/migration.mjs")])).resolves.toMatchObject({ stderr: "" });
  });
});
