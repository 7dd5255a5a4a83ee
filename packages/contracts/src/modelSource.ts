/**
 * A language-model runtime as a source of rows. The engine drives it one step at a time: it plans which tokens of which
 * sequences are computed, in which of the runtime's cache slots, and where the rows go. The runtime keeps the keys and values
 * of each slot's tokens and knows nothing of sequences, prompts or sampling.
 */
import type { Tokenizer } from "./tokenizer.ts";

export interface ModelLimits {
  /** Cache slots: sequences whose tokens the runtime can hold at the same time. */
  readonly sequences: number;
  /** Tokens that one slot can hold, prompt and output. */
  readonly contextTokens: number;
  /** Most tokens of one step, all slots together. Bounds how long a prompt holds up others, and a cancellation. */
  readonly stepTokens: number;
}

/** A row that a step is to write. */
export interface StepRow {
  /** Which of the item's tokens it follows. */
  readonly index: number;
  /** `vocabSize` elements; shared memory. `writeSparseRow` may write them: it lists, and its rest weighs, tokens of the tokenizer only. */
  readonly target: Float32Array;
}

/** Tokens that one slot takes in one step. */
export interface StepItem {
  readonly slot: number;
  readonly tokenIds: Int32Array;
  /** How many tokens the slot holds before them. */
  readonly position: number;
  readonly rows: readonly StepRow[];
}

/** How the model's own chat format is written down: a Jinja template with the tokens it may name. */
export interface ChatTemplate {
  readonly template: string;
  readonly bosToken: string;
  readonly eosToken: string;
}

/**
 * Calls never overlap: the engine waits for a step before the next `step`, `truncate` or `fork`. `close` may come at any
 * time, once, and waits for a step that runs.
 */
export interface ModelSource {
  readonly kind: "model";
  /** Short name for messages and summaries. */
  readonly name: string;
  /** Length of a row. May exceed the tokenizer's vocabulary: what is beyond it is never drawn. */
  readonly vocabSize: number;
  readonly dtype: "f32";
  readonly tokenizer: Tokenizer;
  /** Every token that ends an output; the tokenizer's own end of text is among them. */
  readonly eosTokenIds: readonly number[];
  readonly chatTemplate?: ChatTemplate;
  readonly limits: ModelLimits;
  /** As `SourceBase.fingerprint`. Absent: nobody knows. */
  fingerprint?(): Promise<string>;
  /** Whether a row's bits depend on the slot's tokens alone, not on how they were split into steps and who shared them. */
  readonly isBitStable: boolean;
  /**
   * Computes all items, at most `limits.stepTokens` tokens together, and writes their rows.
   * A rejection concerns all items; the slots then hold what they held before.
   */
  step(items: readonly StepItem[], signal: AbortSignal): Promise<void>;
  /** Forgets the slot's tokens from `length` on. */
  truncate(slot: number, length: number): void;
  /** Makes the empty slot `to` hold the first `length` tokens of `from`. */
  fork(from: number, to: number, length: number): void;
  close(): Promise<void>;
}
