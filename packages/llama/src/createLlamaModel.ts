/** A GGUF model as a `ModelSource`: llama.cpp computes, one `llama_decode` a step, on threads of its own. */
import { availableParallelism } from "node:os";
import { checkBoolean, checkInteger, checkOptions, checkString } from "@tokenmill/check";
import type { ChatTemplate, ModelLimits, ModelSource, StepItem } from "@tokenmill/contracts";
import { fileDigest } from "@tokenmill/contracts/runtimes";
import { batchVariance } from "./batchVariance.ts";
import { checkGguf, notLoaded } from "./checkGguf.ts";
import { GgufTokenizer } from "./ggufTokenizer.ts";
import { type LibLlama, openLibLlama, type Pointer } from "./libllama.ts";
import { findLibraries } from "./libraries.ts";
import { StepBatch } from "./stepBatch.ts";
import { padded, stableParts } from "./stepParts.ts";

export interface LlamaModelOptions {
  /** Path of a GGUF file. */
  modelPath: string;
  /** Sequences whose keys and values are kept at the same time, 1 … 256. Absent: 16. */
  sequences?: number;
  /** Tokens of one sequence, prompt and output, 16 … 2^20. Absent: the model's own, at most 4,096. */
  contextTokens?: number;
  /** Most tokens of one step, 1 … 2,048, at least `sequences`. Absent: 256; 63 with `deterministic`. */
  stepTokens?: number;
  /** Threads of llama.cpp, 1 … 256; they spin, so leave the pool a core. Absent: cores − 1, at least 1. */
  threads?: number;
  /**
   * A row's bits depend on its tokens alone, which is tried when the model is loaded: models with other kernels are refused
   * (measured: Q4_1 and Q8_0 can, Q4_K_M and f32 cannot; prompts take 17–20 % longer). Absent: false.
   */
  deterministic?: boolean;
  /** Where llama.cpp's shared libraries are. Absent: the installed npm package `@node-llama-cpp/<platform>`. */
  libraryDirectory?: string;
}

const optionNames = [
  "modelPath",
  "sequences",
  "contextTokens",
  "stepTokens",
  "threads",
  "deterministic",
  "libraryDirectory",
];
/** From 64 tokens a batch on llama.cpp takes other kernels, which give other bits (measured, v0.5.0). */
const stableStepTokens = 63;
const flashAttentionOn = 1;

/**
 * Loads the model; the thread that calls is free meanwhile.
 * @throws TypeError, RangeError for bad options; Error where no library fits, or the file is no model.
 */
export async function createLlamaModel(options: LlamaModelOptions): Promise<ModelSource> {
  checkOptions("options", options, optionNames, "llama option");
  const { sequences = 16, deterministic = false, libraryDirectory } = options;
  const modelPath = checkString("modelPath", options.modelPath);
  checkInteger("sequences", sequences, { min: 1, max: 256 });
  checkBoolean("deterministic", deterministic);
  const mostStepTokens = deterministic ? stableStepTokens : 2048;
  const { stepTokens = Math.max(sequences, Math.min(256, mostStepTokens)) } = options;
  checkInteger("stepTokens", stepTokens, { min: sequences, max: mostStepTokens });
  const { threads = Math.max(1, availableParallelism() - 1) } = options;
  checkInteger("threads", threads, { min: 1, max: 256 });
  if (options.contextTokens !== undefined) {
    checkInteger("contextTokens", options.contextTokens, { min: 16, max: 2 ** 20 });
  }
  if (libraryDirectory !== undefined) checkString("libraryDirectory", libraryDirectory);
  await checkGguf(modelPath);
  const library = await openLibLlama(findLibraries(libraryDirectory));
  const model = await library.loadModel(modelPath, { ...library.modelDefaults(), n_gpu_layers: 0 });
  if (model === null) throw notLoaded(modelPath);
  const { contextTokens = Math.min(library.trainedContext(model), 4096) } = options;
  const padsSingles = deterministic && threads > 1;
  const [cells, batchTokens] = padsSingles ? [contextTokens + 1, 2 * stepTokens] : [contextTokens, stepTokens];
  const context = library.openContext(model, {
    ...library.contextDefaults(),
    ...{ n_ctx: cells * sequences, n_seq_max: sequences, n_batch: batchTokens, n_ubatch: stepTokens },
    ...{
      n_threads: threads,
      n_threads_batch: threads,
      flash_attn_type: flashAttentionOn,
      no_perf: true,
      kv_unified: !deterministic,
    },
  });
  if (context === null) {
    library.freeModel(model);
    throw new Error(
      `llama.cpp cannot keep ${sequences} sequences of ${contextTokens} tokens: lower "sequences" or "contextTokens"`,
    );
  }
  const limits = { sequences, contextTokens, stepTokens };
  try {
    const facts = { limits, isBitStable: deterministic, padsSingles, batchTokens, modelPath };
    const opened = new LlamaModel(library, model, context, facts);
    if (deterministic) await checkBitStable(opened);
    return opened;
  } catch (error) {
    library.freeContext(context);
    library.freeModel(model);
    throw error;
  }
}

/** @throws RangeError for a model whose rows depend on more than their tokens */
async function checkBitStable(model: ModelSource): Promise<void> {
  const difference = await batchVariance(model);
  if (difference === 0) return;
  const expected = `"deterministic" expected a model whose rows do not depend on how tokens are split into steps`;
  throw new RangeError(
    `${expected}, got rows that differ by ${difference} in steps of up to ${model.limits.stepTokens} ("stepTokens")`,
  );
}

interface LlamaModelFacts {
  readonly limits: ModelLimits;
  readonly isBitStable: boolean;
  /** A decode of a single token takes another one behind it. */
  readonly padsSingles: boolean;
  /** Most tokens of one decode. */
  readonly batchTokens: number;
  readonly modelPath: string;
}

class LlamaModel implements ModelSource {
  readonly kind = "model";
  readonly name = "llama.cpp";
  readonly dtype = "f32";
  readonly vocabSize: number;
  readonly tokenizer: GgufTokenizer;
  readonly eosTokenIds: readonly number[];
  readonly chatTemplate?: ChatTemplate;
  readonly limits: ModelLimits;
  readonly isBitStable: boolean;
  readonly #padsSingles: boolean;
  readonly #modelPath: string;
  readonly #library: LibLlama;
  readonly #model: Pointer;
  readonly #context: Pointer;
  readonly #memory: Pointer;
  readonly #batch: StepBatch;
  #running: Promise<unknown> | undefined;
  #closing: Promise<void> | undefined;

  constructor(
    library: LibLlama,
    model: Pointer,
    context: Pointer,
    { limits, isBitStable, padsSingles, batchTokens, modelPath }: LlamaModelFacts,
  ) {
    const vocab = library.vocabOf(model);
    this.#library = library;
    this.#model = model;
    this.#context = context;
    this.#memory = library.memoryOf(context);
    this.limits = limits;
    this.isBitStable = isBitStable;
    this.#padsSingles = padsSingles;
    this.#modelPath = modelPath;
    this.tokenizer = new GgufTokenizer(library, vocab);
    this.vocabSize = this.tokenizer.vocabSize;
    this.#batch = new StepBatch(library, batchTokens);
    const ids = Array.from({ length: this.vocabSize }, (_, id) => id);
    this.eosTokenIds = ids.filter((id) => library.endsGeneration(vocab, id));
    const template = library.chatTemplate(model);
    const { eosTokenId = -1 } = this.tokenizer;
    const [bosToken, eosToken] = [library.bos(vocab), eosTokenId].map((id) => this.tokenizer.spelling(id));
    if (template !== null) this.chatTemplate = { template, bosToken: bosToken!, eosToken: eosToken! };
  }

  async step(items: readonly StepItem[], signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#checkOpen();
    const computing = this.#compute(items);
    this.#running = computing;
    try {
      await computing;
    } finally {
      this.#running = undefined;
    }
  }

  async #compute(items: readonly StepItem[]): Promise<void> {
    const status = await this.#decodeParts(this.isBitStable ? stableParts(items) : [items]);
    if (status === 0) return;
    for (const { slot, position } of items) this.#library.forget(this.#memory, slot, position);
    throw new Error(
      status === 1 ? "llama.cpp has no room for the step's tokens" : `llama_decode failed with ${status}`,
    );
  }

  /** 0, or the status of the first part that failed. */
  async #decodeParts(parts: readonly (readonly StepItem[])[]): Promise<number> {
    for (const part of parts) {
      const isPadded = this.#padsSingles && part[0]?.tokenIds.length === 1;
      const status = await this.#library.decode(this.#context, this.#batch.fill(isPadded ? part.map(padded) : part));
      if (status !== 0) return status;
      if (isPadded) for (const { slot, position } of part) this.#library.forget(this.#memory, slot, position + 1);
      for (const { index, target } of this.#batch.rows) this.#library.copyRow(this.#context, index, target);
    }
    return 0;
  }

  /** By the file's content: what it begins and ends with, and its size. */
  async fingerprint(): Promise<string> {
    return JSON.stringify(["llama.cpp", await fileDigest(this.#modelPath), this.isBitStable]);
  }

  truncate(slot: number, length: number): void {
    this.#checkOpen();
    this.#library.forget(this.#memory, slot, length);
  }

  fork(from: number, to: number, length: number): void {
    this.#checkOpen();
    // cells of its own are copied all at once
    this.#library.copySequence(this.#memory, from, to, this.isBitStable ? -1 : length);
    this.#library.forget(this.#memory, to, length);
  }

  close(): Promise<void> {
    this.#closing ??= this.#free();
    return this.#closing;
  }

  #checkOpen(): void {
    if (this.#closing) throw new Error("the model was closed");
  }

  async #free(): Promise<void> {
    await this.#running?.catch(() => undefined);
    this.tokenizer.close();
    this.#library.freeContext(this.#context);
    this.#library.freeModel(this.#model);
  }
}
