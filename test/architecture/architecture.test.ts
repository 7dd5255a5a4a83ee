/** The import gate on this repository, and proof that it fires: one planted violation per rule in a throw-away tree. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { mostLines, tooLong } from "./rules.ts";
import { violationsIn } from "./violations.ts";
import { readWorkspace } from "./workspace.ts";

vi.setConfig({ testTimeout: 120_000 });

const root = join(import.meta.dirname, "../..");
/** Every file of the repository, parsed once. */
const here = readWorkspace(root);

const clean = {
  "packages/core/package.json": manifest("@tokenmill/core", {}),
  "packages/core/tsconfig.json": { references: [] },
  "packages/core/src/index.ts": `export * from "./row.ts"; export * from "./draw/draw.ts";`,
  "packages/core/src/row.ts": `import type {} from "./index.ts"; export const row = 1;`,
  "packages/core/src/row.test.ts": `import { readFileSync } from "node:fs"; import { row } from "@tokenmill/core";`,
  "packages/core/src/draw/draw.ts": `import type {} from "../table/table.ts"; export const draw = 1;`,
  "packages/core/src/table/table.ts": `export * from "./rows/rows.ts";`,
  "packages/core/src/table/rows/rows.ts": "export const rows = 1;",
  "packages/core/src/table/columns/columns.ts": `export * from "../rows/rows.ts";`,
  "packages/core/src/table/rows/rows.test.ts": `import "../../draw/draw.ts";`,
  "packages/core/scripts/build.mjs": `import "node:fs";`,
  "packages/core/assembly/entry/index.ts": "@inline\nfunction f(x: v128): v128 { return x; }",
  "packages/contracts/package.json": manifest("@tokenmill/contracts", {}),
  "packages/contracts/tsconfig.json": { references: [] },
  "packages/contracts/src/runtimes/digest.ts": `import "node:crypto";`,
  "packages/engine/package.json": manifest("@tokenmill/engine", { "@tokenmill/core": "workspace:*", rxjs: "7" }),
  "packages/engine/tsconfig.json": { references: [{ path: "../core" }] },
  "packages/engine/src/index.ts": `import { map } from "rxjs/operators"; import type { row } from "@tokenmill/core";`,
  "apps/stream/package.json": manifest("tokenmill", { "@tokenmill/engine": "workspace:*" }),
  "apps/stream/tsconfig.json": { references: [{ path: "../../packages/engine" }] },
  "apps/stream/src/index.ts": `import "@tokenmill/engine"; import "rxjs";`,
  "test/faults/package.json": {
    ...manifest("@tokenmill/test-faults", {}),
    devDependencies: { tokenmill: "workspace:*" },
  },
  "test/faults/faults.test.ts": `import "tokenmill"; import "node:worker_threads";`,
};

function manifest(name: string, dependencies: Record<string, string>): object {
  return { name, exports: { ".": "./dist/index.js" }, dependencies };
}

describe("imports of this repository", () => {
  it("are read: at least five libraries and a source file in each", () => {
    const { packages, files } = here;
    const libraries = packages.filter(({ kind }) => kind === "library").map(({ name }) => name);
    expect(libraries.length).toBeGreaterThanOrEqual(5);
    expect(libraries.filter((name) => !files.some((file) => file.package.name === name))).toEqual([]);
  });

  it.each(["tsconfig.json", "tsconfig.test.json"])("are type-checked in every package: %s refers to it", (name) => {
    const { references } = JSON.parse(readFileSync(join(root, name), "utf8")) as { references: { path: string }[] };
    const referred = new Set(references.map(({ path }) => path));
    const compiled = here.packages.filter((found) => found.references !== undefined);
    expect(compiled.map(({ folder }) => folder).filter((folder) => !referred.has(folder))).toEqual([]);
  });

  it("have no violation", () => {
    expect(violationsIn(here, tooLong)).toEqual([]);
  });

  it("excuse no file that is short enough", () => {
    const { files } = here;
    expect(tooLong.filter((path) => !files.some((file) => file.path === path && file.lines > mostLines))).toEqual([]);
  });
});

describe("the gate", () => {
  const trees: string[] = [];
  afterEach(() => {
    for (const tree of trees.splice(0)) rmSync(tree, { recursive: true });
  });

  function violationsWith(planted: Record<string, string | object>): string[] {
    const tree = mkdtempSync(join(tmpdir(), "tokenmill-architecture-"));
    trees.push(tree);
    for (const [path, content] of Object.entries({ ...clean, ...planted })) {
      mkdirSync(dirname(join(tree, path)), { recursive: true });
      writeFileSync(join(tree, path), typeof content === "string" ? content : JSON.stringify(content));
    }
    return violationsIn(readWorkspace(tree));
  }

  it("passes the tree that the violations below are planted in", () => {
    expect(violationsWith({})).toEqual([]);
  });

  it.each([
    {
      rule: "a wrong direction",
      file: "packages/core/src/bad.test.ts",
      text: `import "@tokenmill/engine";`,
      says: [
        "@tokenmill/core may not import @tokenmill/engine",
        `"@tokenmill/engine" is missing in the devDependencies`,
      ],
    },
    {
      rule: "a wrong direction through a type",
      file: "packages/core/src/bad.test.ts",
      text: `export type Bad = import("@tokenmill/engine").Engine;`,
      says: [
        "@tokenmill/core may not import @tokenmill/engine",
        `"@tokenmill/engine" is missing in the devDependencies`,
      ],
    },
    {
      rule: "an app that is imported",
      file: "packages/engine/src/bad.test.ts",
      text: `await import("tokenmill");`,
      says: ["@tokenmill/engine may not import tokenmill", `"tokenmill" is missing in the devDependencies`],
    },
    {
      rule: "test/* in shipped code",
      file: "apps/stream/src/bad.ts",
      text: `export * from "@tokenmill/test-faults";`,
      says: [
        "tokenmill may not import @tokenmill/test-faults",
        `"@tokenmill/test-faults" is missing in the dependencies`,
        `"test/faults" is missing in the references`,
      ],
    },
    {
      rule: "a deep import",
      file: "packages/engine/src/bad.ts",
      text: `import "@tokenmill/core/dist/row.js";`,
      says: [`"@tokenmill/core/dist/row.js" is not among the exports of @tokenmill/core`],
    },
    {
      rule: "a relative import of another package",
      file: "packages/engine/src/bad.ts",
      text: `export { row } from "../../core/src/row.ts";`,
      says: [`"../../core/src/row.ts" leaves packages/engine`],
    },
    {
      rule: "a worker of another package by URL",
      file: "packages/engine/src/bad.ts",
      text: `new URL("../../core/dist/row.js", import.meta.url);`,
      says: [`"../../core/dist/row.js" leaves packages/engine`],
    },
    { rule: "rxjs in core", file: "packages/core/src/bad.ts", text: `import "rxjs";`, says: [`"rxjs" stops at`] },
    {
      rule: "piscina outside worker-pool",
      file: "packages/engine/src/bad.ts",
      text: `import "piscina";`,
      says: [`"piscina" stops at @tokenmill/worker-pool`],
    },
    {
      rule: "worker_threads without its node: prefix",
      file: "apps/stream/src/bad.ts",
      text: `import "worker_threads";`,
      says: [`"worker_threads" stops at @tokenmill/worker-pool`],
    },
    {
      rule: "a Node built-in in core",
      file: "packages/core/src/bad.ts",
      text: `import "fs/promises";`,
      says: [`"fs/promises" is a Node built-in`],
    },
    {
      rule: "a folder for Node in what runs in browsers",
      file: "packages/contracts/src/bad.ts",
      text: `export * from "./runtimes/digest.ts";`,
      says: [`"./runtimes/digest.ts" is for Node`],
    },
    {
      rule: "a file that cannot be parsed",
      file: "packages/core/src/bad.ts",
      text: "import {",
      says: ["cannot be parsed"],
    },
    {
      rule: "a cycle of two files",
      file: "packages/core/src/row.ts",
      text: `export * from "./index.ts";`,
      says: ["import cycle packages/core/src/index.ts → packages/core/src/row.ts → packages/core/src/index.ts"],
    },
    {
      rule: "a cycle through a URL",
      file: "packages/core/src/row.ts",
      text: `new URL("./index.js", import.meta.url);`,
      says: ["import cycle packages/core/src/index.ts → packages/core/src/row.ts → packages/core/src/index.ts"],
    },
    {
      rule: "a cycle of a file with itself in AssemblyScript",
      file: "packages/core/assembly/entry/index.ts",
      text: `import { f } from "./index";\n@inline\nfunction f(): void {}`,
      says: ["import cycle packages/core/assembly/entry/index.ts → packages/core/assembly/entry/index.ts"],
    },
    {
      rule: "a folder of the kernels that points back",
      file: "packages/core/assembly/list/bad.ts",
      text: `import { f } from "../entry/index";\nexport { g } from "../numbers/g";\nexport { h } from "../../src/row";`,
      says: [`"../entry/index" points back: probes → entry → generated → samplers →`],
    },
    {
      rule: "a kernel outside the folders",
      file: "packages/core/assembly/bad.ts",
      text: "export const a = 1;",
      says: ["lies in none of the folders probes, entry, generated, samplers,"],
    },
    {
      rule: "two folders that need each other, by types alone",
      file: "packages/core/src/table/bad.ts",
      text: `import type {} from "../draw/draw.ts";`,
      says: [
        "packages/core/src: folder cycle draw → table → draw (draw/draw.ts needs table/table.ts, table/bad.ts needs draw/draw.ts)",
      ],
    },
    {
      rule: "a folder that needs a file at the root which needs it",
      file: "packages/core/src/draw/bad.ts",
      text: `export type Row = import("../index.ts").Row;`,
      says: ["packages/core/src: folder cycle draw → index.ts → draw"],
    },
    {
      rule: "a folder that needs the one it stands in",
      file: "packages/core/src/table/rows/bad.ts",
      text: `import type {} from "../table.ts";`,
      says: [
        "packages/core/src/table: folder cycle . → rows → . (table.ts needs rows/rows.ts, rows/bad.ts needs table.ts)",
      ],
    },
    {
      rule: "folders of a folder that need each other",
      file: "packages/core/src/table/rows/bad.ts",
      text: `export type * from "../columns/columns.ts";`,
      says: ["packages/core/src/table: folder cycle columns → rows → columns"],
    },
    {
      rule: "a shipped file of more than 300 lines",
      file: "packages/core/src/bad.ts",
      text: "export {};\n".repeat(301),
      says: ["packages/core/src/bad.ts: 301 lines, expected at most 300: it has more than one idea"],
    },
    {
      rule: "a kernel of more than 300 lines",
      file: "packages/core/assembly/entry/index.ts",
      text: "export {};\n".repeat(302),
      says: ["packages/core/assembly/entry/index.ts: 302 lines, expected at most 300"],
    },
    {
      rule: "a dependency that package.json does not state",
      file: "packages/engine/package.json",
      text: JSON.stringify(manifest("@tokenmill/engine", { rxjs: "7" })),
      says: [`"@tokenmill/core" is missing in the dependencies of packages/engine/package.json`],
    },
    {
      rule: "a reference that tsconfig.json does not state",
      file: "packages/engine/tsconfig.json",
      text: "{}",
      says: [`"packages/core" is missing in the references of packages/engine/tsconfig.json`],
    },
    {
      rule: "Math.log in what packs a stage",
      file: "packages/core/src/samplers/bad.ts",
      text: "const own = { pack: (x: number) => Math.log(x), law: (x: number) => Math.log(x) };",
      says: [`"Math.log" in own.pack has a last bit`],
    },
    {
      rule: "Math.log2 in the allocator",
      file: "packages/engine/src/bad.ts",
      text: "export function size(x: number): number { return 2 ** 3 + Math.floor(Math.log2(x)); }",
      says: [`"Math.log2" in size has a last bit`],
    },
    {
      rule: "a power, and Math taken apart",
      file: "packages/engine/src/bad.ts",
      text: `export const a = (x: number): number => 2 ** x;\nlet b = 2; b **= 2;\nconst { exp } = Math;\nMath["pow"](b, 2);`,
      says: [`"**" in a has`, `"**=" in the module has`, `"Math" in`, `"Math.pow" in the module has`],
    },
    {
      rule: "a library without a rule",
      file: "packages/extra/package.json",
      text: JSON.stringify(manifest("@tokenmill/extra", {})),
      says: [`"@tokenmill/extra" has no row`],
    },
  ])("fires on $rule", ({ file, text, says }) => {
    const found = violationsWith({ [file]: text });
    expect(found).toEqual(says.map((line) => expect.stringContaining(line)));
  });
});
