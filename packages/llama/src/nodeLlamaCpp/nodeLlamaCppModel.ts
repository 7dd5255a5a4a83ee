/** Steps of the engine as evaluations of node-llama-cpp's sequences, which it puts into one batch. */
import type { ChatTemplate, ModelLimits, ModelSource, StepItem } from "@tokenmill/contracts";
import { fileDigest } from "@tokenmill/contracts/runtimes";
import { writeSparseRow } from "@tokenmill/core";
import { MetadataTokenizer } from "./metadataTokenizer.ts";
import type { RowGiven, RowWanted, Runtime, RuntimeModel, Sequence } from "./runtime.ts";
import { SequenceSlot } from "./sequenceSlot.ts";
import { sparseRowOf } from "./sparseRowOf.ts";

interface ModelFacts {
  readonly limits: ModelLimits;
  readonly topLogits: number;
  readonly modelPath: string;
}

export class NodeLlamaCppModel implements ModelSource {
  readonly kind = "model";
  readonly name = "node-llama-cpp";
  readonly dtype = "f32";
  readonly isBitStable = false;
  readonly vocabSize: number;
  readonly tokenizer: MetadataTokenizer;
  readonly eosTokenIds: readonly number[];
  readonly chatTemplate?: ChatTemplate;
  readonly limits: ModelLimits;
  readonly #runtime: Runtime;
  readonly #model: RuntimeModel;
  readonly #slots: readonly SequenceSlot[];
  readonly #modelPath: string;
  /** 0: rows are whole. */
  readonly #topLogits: number;
  readonly #wanted: RowWanted;
  #running: Promise<unknown> | undefined;
  #closing: Promise<void> | undefined;

  constructor(
    runtime: Runtime,
    model: RuntimeModel,
    sequences: readonly Sequence[],
    { limits, topLogits, modelPath }: ModelFacts,
  ) {
    this.#runtime = runtime;
    this.#model = model;
    this.#slots = sequences.map((sequence) => new SequenceSlot(sequence));
    this.#modelPath = modelPath;
    this.limits = limits;
    this.tokenizer = new MetadataTokenizer(model);
    this.vocabSize = this.tokenizer.vocabSize;
    // a list must be shorter than the row in whose place it stands
    this.#topLogits = topLogits <= this.vocabSize / 2 - 2 ? topLogits : 0;
    const includeTop = this.#topLogits === 0 ? this.vocabSize : this.#topLogits + 1;
    this.#wanted = { generateNext: { logits: { filter: { tokens: [], includeTop } }, totalLogitWeight: true } };
    const ids = Array.from({ length: this.vocabSize }, (_, id) => id);
    this.eosTokenIds = ids.filter((id) => model.isEogToken(id));
    const template = model.fileInfo.metadata.tokenizer.chat_template;
    const { bosString, eosString } = model.tokens;
    if (template !== undefined) this.chatTemplate = { template, bosToken: bosString ?? "", eosToken: eosString ?? "" };
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

  /** By the file's content: what it begins and ends with, and its size. */
  async fingerprint(): Promise<string> {
    return JSON.stringify(["node-llama-cpp", await fileDigest(this.#modelPath), this.#topLogits]);
  }

  truncate(slot: number, length: number): void {
    this.#checkOpen();
    this.#slots[slot]!.truncate(length);
  }

  fork(from: number, to: number, length: number): void {
    this.#checkOpen();
    this.#slots[to]!.fork(this.#slots[from]!, length);
  }

  close(): Promise<void> {
    this.#closing ??= this.#free();
    return this.#closing;
  }

  async #compute(items: readonly StepItem[]): Promise<void> {
    const slots = items.map(({ slot }) => this.#slots[slot]!);
    await Promise.all(slots.map((slot) => slot.align()));
    const given = await Promise.allSettled(items.map((item, i) => slots[i]!.evaluate(item, this.#wanted)));
    const failed = given.find((each) => each.status === "rejected");
    if (failed) {
      await Promise.all(slots.map((slot) => slot.reset()));
      throw failed.reason;
    }
    for (const [i, { tokenIds, rows }] of items.entries()) {
      slots[i]!.append(tokenIds);
      const { value } = given[i] as PromiseFulfilledResult<RowGiven[]>;
      rows.forEach(({ target }, row) => this.#write(target, value[row]!));
    }
  }

  #write(target: Float32Array, given: RowGiven): void {
    if (this.#topLogits > 0) return writeSparseRow(target, sparseRowOf(given, this.vocabSize));
    for (const [tokenId, logit] of given.next.logits) target[tokenId] = logit;
  }

  #checkOpen(): void {
    if (this.#closing) throw new Error("the model was closed");
  }

  async #free(): Promise<void> {
    await this.#running?.catch(() => undefined);
    this.tokenizer.close();
    await this.#model.dispose();
    await this.#runtime.dispose();
  }
}
