import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { type ModelOptions, openModel } from "./openModel.ts";

const directory = mkdtempSync(join(tmpdir(), "tokenmill-open-"));
afterAll(() => rmSync(directory, { recursive: true }));
for (const name of ["a.gguf", "a.onnx"]) writeFileSync(join(directory, name), "");

it.each<[name: string, options: ModelOptions, message: string]>([
  ["a.gguf", { runtime: "vllm" as never }, `"runtime" expected one of "llama.cpp", "node-llama-cpp", got "vllm"`],
  ["a.gguf", { runtime: "node-llama-cpp", deterministic: true }, `"deterministic" expected "runtime" llama.cpp`],
  ["a.gguf", { topLogits: 9 }, `"topLogits" has an effect with "runtime" node-llama-cpp only`],
  ["a.onnx", { runtime: "node-llama-cpp" }, `"runtime" expected a GGUF model: ONNX models have one runtime`],
])("%s with %o is refused", async (name, options, message) => {
  await expect(openModel(join(directory, name), options)).rejects.toThrow(message);
});
