/** What two servers differ in is said in words wherever their tokens may differ. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { LogitsSource } from "@tokenmill/core";
import { createSyntheticSource } from "@tokenmill/sources";
import { expect, it } from "vitest";
import { type ServerParts, serverIdentity } from "./serverIdentity.ts";

const source = createSyntheticSource({ vocabSize: 16, kind: "gaussian" });
const tokenizer = {
  vocabSize: 16,
  eosTokenId: 15,
  encode: () => [],
  tokenBytes: (id: number) => Uint8Array.of(65 + id),
};
const withTexts = (change = {}): LogitsSource => ({ ...source, tokenizer: { ...tokenizer, ...change } });
const folder = mkdtempSync(join(tmpdir(), "tokenmill-identity-"));
const stageOf = (text: string): string => {
  const path = join(folder, `${text.length}.mjs`);
  writeFileSync(path, text);
  return pathToFileURL(path).href;
};
const parts: ServerParts = {
  source,
  model: "m",
  version: "1",
  maxContextTokens: 4096,
  structuredOutput: false,
  customStages: {},
};

it("describes what a server is of", async () => {
  const { description } = await serverIdentity(parts);
  expect(description).toMatch(/^tokenmill 1 with model m \(16 tokens, rows .{6}, no texts, context 4096\)$/);
  expect(await serverIdentity(parts)).toEqual(await serverIdentity(parts));
});

it("differs with each part", async () => {
  const others: ServerParts[] = [
    parts,
    { ...parts, model: "n" },
    { ...parts, version: "2" },
    { ...parts, maxContextTokens: 100 },
    { ...parts, source: createSyntheticSource({ vocabSize: 17, kind: "gaussian" }) },
    { ...parts, source: createSyntheticSource({ vocabSize: 16, kind: "zipf" }) },
    { ...parts, source: createSyntheticSource({ vocabSize: 16, kind: "gaussian", seed: 2 }) },
    { ...parts, source: withTexts() },
    { ...parts, source: withTexts({ eosTokenId: 14 }) },
    { ...parts, source: withTexts(), structuredOutput: true },
    { ...parts, customStages: { a: stageOf("export default 1") } },
    { ...parts, customStages: { a: stageOf("export default 22") } },
    { ...parts, customStages: { b: stageOf("export default 1") } },
  ];
  const all = await Promise.all(others.map((other) => serverIdentity(other)));
  expect(new Set(all.map(({ identity }) => identity)).size).toBe(others.length);
  expect(new Set(all.map(({ description }) => description)).size).toBe(others.length);
});
