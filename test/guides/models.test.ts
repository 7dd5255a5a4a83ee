/** The programs of the runtimes' guides run, over tiny models in place of real ones. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, it } from "vitest";
import { writeTinyOnnx } from "@tokenmill/test-models/tinyOnnx";
import { hasRuntime, runtimesDirectory } from "@tokenmill/test-models/runtimes";
import { writeTinyGguf } from "@tokenmill/test-models/tinyGguf";

const directory = mkdtempSync(join(tmpdir(), "tokenmill-guides-"));
afterAll(() => rmSync(directory, { recursive: true }));
writeTinyGguf(join(directory, "model.gguf"));
writeTinyOnnx(join(directory, "model"), "shared");

async function linesOf(guide: string): Promise<string[]> {
  const page = readFileSync(join(import.meta.dirname, "../../docs/guides", guide), "utf8");
  const path = join(import.meta.dirname, `${guide}-${process.pid}.mjs`);
  // tiny models have a context of 128 tokens
  writeFileSync(path, /^```js\n([^]*?)^```$/m.exec(page)![1]!.replace("contextTokens: 512", "contextTokens: 64"));
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [path], { cwd: directory });
    return stdout.split("\n");
  } finally {
    rmSync(path);
  }
}

const begin = ["The capital of France is", "Water boils at"];
const told = (lines: readonly string[]): boolean => begin.every((text) => lines.some((line) => line.startsWith(text)));

it.skipIf(process.platform !== "linux" || process.arch !== "x64")("docs/guides/llama.md", async () => {
  expect(await linesOf("llama.md")).toSatisfy(told);
});

it.skipIf(!hasRuntime("onnxruntime-node"))("docs/guides/onnx.md", async () => {
  symlinkSync(join(runtimesDirectory, "node_modules"), join(directory, "node_modules"));
  expect(await linesOf("onnx.md")).toSatisfy(told);
});
