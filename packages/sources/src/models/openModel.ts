/** Opens a language model in the runtime that its files are for. Runtimes are loaded where they are asked for. */
import { checkBoolean, checkInteger, checkName, checkOptions, checkString, refuseBecause } from "@tokenmill/check";
import type { ModelSource } from "@tokenmill/contracts";
import { findModel } from "./findModel.ts";

/** Of GGUF files: llama.cpp's libraries by FFI, or node-llama-cpp's interface with sparse rows. The first is the default. */
export const modelRuntimes = ["llama.cpp", "node-llama-cpp"] as const;
export type ModelRuntime = (typeof modelRuntimes)[number];

/** Absent: as `createLlamaModel`, `createNodeLlamaCppModel` and `createOnnxModel` have it. */
export interface ModelOptions {
  /** Sequences whose keys and values are kept, 1 … 256. */
  sequences?: number;
  /** Tokens of one sequence, prompt and output, 16 … 2^20. */
  contextTokens?: number;
  /** Most tokens of one step, 1 … 2,048, at least `sequences`. */
  stepTokens?: number;
  /** Threads of the runtime, 1 … 256. */
  threads?: number;
  /** Rows whose bits depend on their tokens alone; GGUF models only. */
  deterministic?: boolean;
  /** What computes a GGUF file. Absent: "llama.cpp". */
  runtime?: ModelRuntime;
  /** Largest logits of a row, 1 … 2^20; runtime "node-llama-cpp" only. */
  topLogits?: number;
}

const optionRanges = {
  sequences: { min: 1, max: 256 },
  contextTokens: { min: 16, max: 2 ** 20 },
  stepTokens: { min: 1, max: 2048 },
  threads: { min: 1, max: 256 },
  topLogits: { min: 1, max: 2 ** 20 },
} as const;
const rangeNames = Object.keys(optionRanges) as (keyof typeof optionRanges)[];

/**
 * @param name path of a GGUF file, an ONNX graph or a folder with one, or the name of a model in `$TOKENMILL_MODELS` or the
 * Hugging Face Hub's cache (`organisation/model`); nothing is downloaded
 * @throws TypeError, RangeError for bad options; Error for what is not found, and with the command that installs a runtime
 * that is missing
 */
export async function openModel(name: string, options: ModelOptions = {}): Promise<ModelSource> {
  checkString("model", name);
  checkOptions("options", options, [...rangeNames, "deterministic", "runtime"], "model option");
  for (const option of rangeNames) {
    if (options[option] !== undefined) checkInteger(option, options[option], optionRanges[option]);
  }
  if (options.deterministic !== undefined) checkBoolean("deterministic", options.deterministic);
  const { runtime, topLogits, deterministic, ...others } = options;
  if (runtime !== undefined) checkName("runtime", runtime, modelRuntimes);
  const { path: modelPath, format } = findModel(name);
  const isFfi = runtime !== "node-llama-cpp";
  if (isFfi && topLogits !== undefined)
    refuseBecause("topLogits", `has an effect with "runtime" node-llama-cpp only`, false, ["runtime"]);
  if (!isFfi && deterministic === true) {
    refuseBecause(
      "deterministic",
      `expected "runtime" llama.cpp: node-llama-cpp splits tokens into steps itself`,
      false,
      ["runtime"],
    );
  }
  if (format === "gguf") {
    const { createLlamaModel, createNodeLlamaCppModel } = await import("@tokenmill/llama");
    if (!isFfi) return createNodeLlamaCppModel({ modelPath, ...others, ...(topLogits !== undefined && { topLogits }) });
    return createLlamaModel({ modelPath, ...others, ...(deterministic !== undefined && { deterministic }) });
  }
  if (runtime !== undefined) refuseBecause("runtime", "expected a GGUF model: ONNX models have one runtime", false);
  if (deterministic === true) {
    refuseBecause("deterministic", `expected a GGUF model: rows of ONNX models depend on how prompts are split`, false);
  }
  const { createOnnxModel } = await import("@tokenmill/onnx");
  return createOnnxModel({ modelPath, ...others });
}
