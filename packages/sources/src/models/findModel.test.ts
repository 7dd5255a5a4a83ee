import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeEach, expect, it, vi } from "vitest";
import { findModel } from "./findModel.ts";

const directory = mkdtempSync(join(tmpdir(), "tokenmill-find-"));
afterAll(() => rmSync(directory, { recursive: true }));
function file(...path: string[]): string {
  return text("", ...path);
}
function text(content: string, ...path: string[]): string {
  const full = join(directory, ...path);
  mkdirSync(join(full, ".."), { recursive: true });
  writeFileSync(full, content);
  return full;
}

const gguf = file("own", "small.gguf");
const inFolder = file("own", "folder", "weights.gguf");
file("other", "exported", "tokenizer.json");
const graph = file("other", "exported", "model.onnx");
const cached = file("hub", "models--Org--Tiny", "snapshots", "abc", "tiny.gguf");
file("hub", "models--Org--Twice", "snapshots", "abc", "old.gguf");
const current = file("hub", "models--Org--Twice", "snapshots", "def", "new.gguf");
text("def\n", "hub", "models--Org--Twice", "refs", "main");
file("own", "two", "a.gguf");
file("own", "two", "b.gguf");
mkdirSync(join(directory, "own", "empty"));

beforeEach(() => {
  vi.stubEnv("TOKENMILL_MODELS", [join(directory, "own"), join(directory, "other")].join(delimiter));
  vi.stubEnv("HF_HUB_CACHE", join(directory, "hub"));
  return () => vi.unstubAllEnvs();
});

it.each<[name: string, path: string, format: string]>([
  [gguf, gguf, "gguf"],
  [graph, graph, "onnx"],
  [join(directory, "own", "folder"), inFolder, "gguf"],
  [join(directory, "other", "exported"), join(directory, "other", "exported"), "onnx"],
  ["small", gguf, "gguf"],
  ["small.gguf", gguf, "gguf"],
  ["folder", inFolder, "gguf"],
  ["exported", join(directory, "other", "exported"), "onnx"],
  ["Org/Tiny", cached, "gguf"],
  ["Org/Twice", current, "gguf"],
])("%s is %s, of format %s", (name, path, format) => {
  expect(findModel(name)).toEqual({ path, format });
});

it("says where it has looked, and what a folder lacks", () => {
  const places = ["own", "other", "hub"].map((name) => join(directory, name)).join(", ");
  expect(() => findModel("smal")).toThrow(
    `"model" expected a file, a folder or a name of what is in ${places}, got "smal"`,
  );
  expect(() => findModel("empty")).toThrow(`with one GGUF file, or with an ONNX graph and its tokenizer.json, got `);
  expect(() => findModel("two")).toThrow(/got a\.gguf, b\.gguf in .*two: name one/);
});
