import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { loadModuleSource } from "./moduleSource.ts";

const directory = mkdtempSync(join(tmpdir(), "tokenmill-module-"));
afterAll(() => rmSync(directory, { recursive: true }));
let files = 0;
function module(code: string): string {
  const path = join(directory, `${files++}.mjs`);
  writeFileSync(path, code);
  return path;
}

it.each([
  ["a source", `export default { kind: "batch", name: "mine" }`],
  ["a function", `export default () => ({ kind: "batch", name: "mine" })`],
  ["a promise", `export default async () => ({ kind: "model", name: "mine" })`],
])("takes %s", async (_, code) => {
  expect(await loadModuleSource(module(code))).toMatchObject({ name: "mine" });
});

it.each([
  [
    "export const source = 1;",
    /expected a default export that is a source \(kind worker, batch or model\) .* got undefined$/,
  ],
  ["export default () => 3;", /got 3$/],
  ["export default (", /cannot be loaded: /],
  ["throw new Error('planted')", /cannot be loaded: planted$/],
  ["export default () => { throw new Error('planted') }", /^planted$/],
])("refuses %s", async (code, message) => {
  await expect(loadModuleSource(module(code))).rejects.toThrow(message);
});
