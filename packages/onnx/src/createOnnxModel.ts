/** An exported ONNX model as a `ModelSource`: onnxruntime-node computes, in a thread of its own. */
import { stat } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { checkInteger, checkOptions, checkString, refuse } from "@tokenmill/check";
import type { ChatTemplate, ModelLimits, ModelSource, StepItem } from "@tokenmill/contracts";
import { fileDigest, findInstalled } from "@tokenmill/contracts/runtimes";
import { type ModelFolder, readModelFolder, tokenOf } from "./folder/modelFolder.ts";
import { ModelThread } from "./thread/modelThread.ts";
import { JsonTokenizer } from "./tokenizer/jsonTokenizer.ts";

export interface OnnxModelOptions {
  /** Folder with `model.onnx` (or `onnx/model.onnx`) and `tokenizer.json`, or the path of one of its graphs. */
  modelPath: string;
  /** Sequences whose keys and values are kept at the same time, 1 … 256. Absent: 8. */
  sequences?: number;
  /** Tokens of one sequence, prompt and output, 16 … 2^20, at most the model's own. Absent: the model's own, at most 2,048. */
  contextTokens?: number;
  /** Most tokens of one step, 1 … 2,048, at least `sequences`. Absent: 64. */
  stepTokens?: number;
  /** Threads of the runtime, 1 … 256; they spin, so leave the pool a core. Absent: cores − 1, at least 1. */
  threads?: number;
  /** Whose `node_modules` has onnxruntime-node. Absent: it is looked for as a dependency, then in the working directory. */
  runtimeDirectory?: string;
}

const optionNames = ["modelPath", "sequences", "contextTokens", "stepTokens", "threads", "runtimeDirectory"];

/**
 * Loads the model; the thread that calls is free meanwhile.
 * @throws TypeError, RangeError for bad options; Error where the runtime or a file is missing, or the graph is no decoder.
 */
export async function createOnnxModel(options: OnnxModelOptions): Promise<ModelSource> {
  checkOptions("options", options, optionNames, "ONNX option");
  const { sequences = 8, runtimeDirectory } = options;
  const modelPath = checkString("modelPath", options.modelPath);
  checkInteger("sequences", sequences, { min: 1, max: 256 });
  const { stepTokens = Math.max(sequences, 64) } = options;
  checkInteger("stepTokens", stepTokens, { min: sequences, max: 2048 });
  const { threads = Math.max(1, availableParallelism() - 1) } = options;
  checkInteger("threads", threads, { min: 1, max: 256 });
  if (runtimeDirectory !== undefined) checkString("runtimeDirectory", runtimeDirectory);
  await stat(modelPath);
  const folder = readModelFolder(modelPath);
  const longest = folder.contextTokens ?? 2 ** 20;
  const { contextTokens = Math.min(folder.contextTokens ?? 2048, 2048) } = options;
  checkInteger("contextTokens", contextTokens, { min: 16, max: longest });
  const { graphPath } = folder;
  const runtimePath = findInstalled("onnxruntime-node", import.meta.url, runtimeDirectory);
  if (runtimePath === undefined) {
    throw new Error("ONNX models need a runtime that is not installed: npm install onnxruntime-node");
  }
  const opened = await ModelThread.open({ runtimePath, graphPath, sequences, contextTokens, threads });
  try {
    return new OnnxModel(opened, folder, { sequences, contextTokens, stepTokens });
  } catch (error) {
    await opened.thread.close();
    throw error;
  }
}

class OnnxModel implements ModelSource {
  readonly kind = "model";
  readonly name = "onnxruntime";
  readonly dtype = "f32";
  readonly vocabSize: number;
  readonly tokenizer: JsonTokenizer;
  readonly eosTokenIds: readonly number[];
  readonly chatTemplate?: ChatTemplate;
  readonly limits: ModelLimits;
  /** Other kernels compute chunks of other lengths. */
  readonly isBitStable = false;
  readonly #graphPath: string;
  readonly #thread: ModelThread;
  #closing: Promise<void> | undefined;

  constructor(
    { thread, vocabSize }: { thread: ModelThread; vocabSize: number },
    folder: ModelFolder,
    limits: ModelLimits,
  ) {
    const { tokenizerJson, tokenizerConfig, chatTemplate, graphPath } = folder;
    this.#thread = thread;
    this.#graphPath = graphPath;
    this.vocabSize = vocabSize;
    this.limits = limits;
    const eosTokenId = folder.eosTokenIds[0] ?? eosOf(tokenizerJson, tokenizerConfig);
    this.eosTokenIds = folder.eosTokenIds.length > 0 || eosTokenId === undefined ? folder.eosTokenIds : [eosTokenId];
    this.tokenizer = new JsonTokenizer({ tokenizerJson, tokenizerConfig, eosTokenId });
    if (this.tokenizer.vocabSize > vocabSize) {
      const rows = `tokenizer.json was expected to have at most ${vocabSize} tokens, as many as a row`;
      throw new Error(`${rows}, got ${this.tokenizer.vocabSize}`);
    }
    if (chatTemplate) this.chatTemplate = chatTemplate;
  }

  async step(items: readonly StepItem[], signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#closing) throw new Error("the model was closed");
    await this.#thread.step(items.map(forThread));
  }

  async fingerprint(): Promise<string> {
    return JSON.stringify(["onnxruntime", await fileDigest(this.#graphPath)]);
  }

  truncate(slot: number, length: number): void {
    this.#thread.post({ kind: "truncate", slot, length });
  }

  fork(from: number, to: number, length: number): void {
    this.#thread.post({ kind: "fork", from, to, length });
  }

  close(): Promise<void> {
    this.#closing ??= this.#thread.close();
    return this.#closing;
  }
}

/** The ids alone instead of the memory that they are a part of; rows are written where they are. */
function forThread(item: StepItem): StepItem {
  for (const { target } of item.rows) {
    if (!(target.buffer instanceof SharedArrayBuffer)) refuse("target", "a row in shared memory", target, true);
  }
  return { ...item, tokenIds: item.tokenIds.slice() };
}

/** Where no configuration has its number, the token that the tokenizer's configuration names. */
function eosOf(
  tokenizerJson: ModelFolder["tokenizerJson"],
  config: ModelFolder["tokenizerConfig"],
): number | undefined {
  const name = tokenOf(config["eos_token"]);
  const added = tokenizerJson["added_tokens"];
  const tokens = Array.isArray(added) ? (added as { id: number; content: string }[]) : [];
  return tokens.find(({ content }) => content === name)?.id;
}
