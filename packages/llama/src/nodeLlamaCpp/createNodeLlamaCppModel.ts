/**
 * A GGUF model as a `ModelSource` without FFI, through node-llama-cpp's public interface. It has no way to a whole row that is not
 * slow: rows are sparse, their largest logits and the weight of all others.
 */
import { access } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { checkInteger, checkOptions, checkString } from "@tokenmill/check";
import type { ModelSource } from "@tokenmill/contracts";
import { NodeLlamaCppModel } from "./nodeLlamaCppModel.ts";
import { openRuntime, type Runtime, type RuntimeModel } from "./runtime.ts";

export interface NodeLlamaCppModelOptions {
  /** Path of a GGUF file. */
  modelPath: string;
  /**
   * Largest logits of a row, 1 … 2^20: chains that need more fail with `row_too_sparse`. From half of the vocabulary on rows are
   * whole, which is slow. Absent: 256.
   */
  topLogits?: number;
  /** Sequences whose keys and values are kept at the same time, 1 … 256. Absent: 16. */
  sequences?: number;
  /** Tokens of one sequence, prompt and output, 16 … 2^20. Absent: the model's own, at most 4,096. */
  contextTokens?: number;
  /** Most tokens of one step, 1 … 2,048, at least `sequences`. Absent: 256. */
  stepTokens?: number;
  /** Threads of llama.cpp, 1 … 256; they spin, so leave the pool a core. Absent: cores − 1, at least 1. */
  threads?: number;
  /** Folder whose node_modules has node-llama-cpp. Absent: this package's and the working directory's are looked through. */
  runtimeDirectory?: string;
}

const optionNames = [
  "modelPath",
  "topLogits",
  "sequences",
  "contextTokens",
  "stepTokens",
  "threads",
  "runtimeDirectory",
];

/**
 * @throws TypeError, RangeError for bad options; Error where node-llama-cpp ≥ 3.22 is not installed, or the file is no model
 */
export async function createNodeLlamaCppModel(options: NodeLlamaCppModelOptions): Promise<ModelSource> {
  checkOptions("options", options, optionNames, "node-llama-cpp option");
  const { topLogits = 256, sequences = 16, runtimeDirectory } = options;
  const modelPath = checkString("modelPath", options.modelPath);
  checkInteger("topLogits", topLogits, { min: 1, max: 2 ** 20 });
  checkInteger("sequences", sequences, { min: 1, max: 256 });
  const { stepTokens = Math.max(sequences, 256) } = options;
  checkInteger("stepTokens", stepTokens, { min: sequences, max: 2048 });
  const { threads = Math.max(1, availableParallelism() - 1) } = options;
  checkInteger("threads", threads, { min: 1, max: 256 });
  if (options.contextTokens !== undefined) {
    checkInteger("contextTokens", options.contextTokens, { min: 16, max: 2 ** 20 });
  }
  if (runtimeDirectory !== undefined) checkString("runtimeDirectory", runtimeDirectory);
  await access(modelPath);
  const runtime = await openRuntime(runtimeDirectory, threads);
  let model: RuntimeModel | undefined;
  try {
    model = await loadModel(runtime, modelPath);
    const { contextTokens = Math.min(model.trainContextSize, 4096) } = options;
    const context = await model.createContext({
      sequences,
      // it shifts what it holds where one place is left
      contextSize: contextTokens + 1,
      batchSize: stepTokens,
      threads,
      flashAttention: true,
      // or keys and values could not be forgotten from any place on
      swaFullCache: true,
    });
    const slots = Array.from({ length: sequences }, () => context.getSequence());
    const limits = { sequences, contextTokens, stepTokens };
    return new NodeLlamaCppModel(runtime, model, slots, { limits, topLogits, modelPath });
  } catch (error) {
    await model?.dispose();
    await runtime.dispose();
    throw error;
  }
}

async function loadModel(runtime: Runtime, modelPath: string): Promise<RuntimeModel> {
  try {
    return await runtime.loadModel({ modelPath, gpuLayers: 0 });
  } catch (cause) {
    const expected = `"modelPath" expected a GGUF model that node-llama-cpp can load`;
    throw new Error(`${expected}, got ${JSON.stringify(modelPath)}`, { cause });
  }
}
