/** Language models and sources of one's own on the command line. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasRuntime, runtimesDirectory } from "@tokenmill/test-models/runtimes";
import { writeTinyGguf } from "@tokenmill/test-models/tinyGguf";
import { writeTinyOnnx } from "@tokenmill/test-models/tinyOnnx";
import { afterAll, describe, expect, it } from "vitest";
import { linesOf, tokenmill } from "./helpers/tokenmill.ts";

const directory = mkdtempSync(join(tmpdir(), "tokenmill-models-"));
afterAll(() => rmSync(directory, { recursive: true }));
const modelPath = join(directory, "tiny.gguf");
writeTinyGguf(modelPath);
const env = { TOKENMILL_MODELS: directory };
/** The libraries that are installed are those of this platform. */
const hasLibraries = process.platform === "linux" && process.arch === "x64";
const request = ["--prompt", "abc", "--max-tokens", "6", "--temperature", "0"];

async function tokensOf(args: readonly string[], cwd = directory): Promise<number[]> {
  const { code, stdout, stderr } = await tokenmill(["stream", ...args, ...request, "--format", "ndjson"], { env, cwd });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return linesOf<{ tokenId: number }>(stdout).map(({ tokenId }) => tokenId);
}

describe.skipIf(!hasLibraries)("--model", () => {
  it("is a file or a name, and stream, sample and explain see the same model", async () => {
    const tokens = await tokensOf(["--model", modelPath]);
    expect(await tokensOf(["--model", "tiny"])).toEqual(tokens);
    const flags = ["--model", "tiny", "--prompt", "abc", "--json"];
    const sampled = await tokenmill(["sample", ...flags, "--temperature", "0"], { env });
    expect(linesOf<{ tokenId: number; text: string }>(sampled.stdout)).toMatchObject([{ tokenId: tokens[0] }]);
    const explained = await tokenmill(["explain", ...flags, "--top", "1", "--draws", "10"], { env });
    expect(JSON.stringify(JSON.parse(explained.stdout))).toContain(`"tokenId":${tokens[0]}`);
  });

  it("is what tokenmill load puts load on", async () => {
    const flags = ["--model", "tiny", "--model-sequences", "2", "--count", "4", "--max-tokens", "5", "--warm-up", "0s"];
    const { code, stdout, stderr } = await tokenmill(["load", "run", ...flags, "--json"], { env });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(JSON.parse(stdout)).toMatchObject({ target: { workers: 1 }, counts: { completed: 4, failed: 0 } });
  });
});

it.skipIf(!hasRuntime("onnxruntime-node"))("--model is the folder of an ONNX model, where its runtime is", async () => {
  writeTinyOnnx(join(directory, "exported"), "shared");
  const missing = await tokenmill(["stream", "--model", "exported", ...request], { env, cwd: directory });
  expect(missing.stderr).toContain("ONNX models need a runtime that is not installed: npm install onnxruntime-node");
  expect(missing.code).toBe(1);
  const project = join(directory, "project");
  mkdirSync(project);
  symlinkSync(join(runtimesDirectory, "node_modules"), join(project, "node_modules"));
  expect(await tokensOf(["--model", "exported"], project)).toHaveLength(6);
});

it("--source module: is a module of one's own, for stream, sample, explain and load", async () => {
  const code = `
    const tokenizer = { vocabSize: 4, eosTokenId: 3, encode: (text) => [...text].map((c) => "abc".indexOf(c)), tokenBytes: (id) => new TextEncoder().encode("abc"[id] ?? "") };
    const fillRows = async (rows) => rows.forEach(({ row, history }) => row.fill(0).fill(9, (history.at(-1) + 1) % 3, (history.at(-1) + 1) % 3 + 1));
    export default () => ({ kind: "batch", name: "mine", vocabSize: 4, dtype: "f32", tokenizer, fillRows });`;
  writeFileSync(join(directory, "mine.mjs"), code);
  expect(await tokensOf(["--source", "module:./mine.mjs"])).toEqual([0, 1, 2, 0, 1, 2]);
  const source = ["--source", "module:./mine.mjs"];
  const prompt = [...source, "--prompt", "ab", "--json"];
  const sampled = await tokenmill(["sample", ...prompt, "--temperature", "0"], { cwd: directory });
  expect(linesOf<{ tokenId: number; text: string }>(sampled.stdout)).toMatchObject([{ tokenId: 2, text: "c" }]);
  const explained = await tokenmill(["explain", ...prompt, "--top", "1"], { cwd: directory });
  expect(JSON.stringify(JSON.parse(explained.stdout))).toContain(`"tokenId":2`);
  const load = ["--count", "4", "--max-tokens", "5", "--warm-up", "0s", "--json"];
  const loaded = await tokenmill(["load", "run", ...source, ...load], { cwd: directory });
  expect(JSON.parse(loaded.stdout)).toMatchObject({ target: { source: "mine" }, counts: { completed: 4, failed: 0 } });
  copyFileSync(modelPath, join(directory, "no.mjs"));
  const bad = await tokenmill(["stream", "--source", "module:no.mjs", ...request], { cwd: directory });
  expect(bad.stderr).toMatch(/^tokenmill: module "no.mjs" cannot be loaded: /);
  expect(bad.code).toBe(1);
});

it.each([
  [["stream", "--model", "none"], /"model" expected a file, a folder or a name of what is in .*, got "none"/],
  [["sample"], /--logits <file> or --prompt <text> is needed/],
  [["sample", "--logits", "x.npy", "--model", "tiny"], /cannot be used with option/],
  [["explain", "--model", "tiny"], /--source and --model have an effect with --prompt only/],
  [["sample", "--logits", "x.npy", "--source", "embedded"], /cannot be used with option/],
  [["stream", "--source", "module:x", "--step-tokens", "8"], /--step-tokens has an effect with --model only/],
  [["stream", "--source", "modul:x"], /"source" expected embedded, synthetic, trace:<file> or module:<file>/],
])("refuses %j", async (args, message) => {
  const { code, stderr } = await tokenmill(args, { env });
  expect(stderr).toMatch(message);
  expect(code).toBeGreaterThan(0);
});
