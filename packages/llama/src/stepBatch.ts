/** The arrays of one `llama_batch`, filled anew for every step. */
import type { StepItem } from "@tokenmill/contracts";
import type { Batch, LibLlama } from "./libllama.ts";

const pointerBytes = 8;

export class StepBatch {
  readonly #batch: Batch;
  readonly #sequences: Int32Array;
  /** Where each row goes, by the index of its token in the batch. */
  readonly #rows: { readonly index: number; readonly target: Float32Array }[] = [];

  constructor(library: LibLlama, stepTokens: number) {
    this.#sequences = new Int32Array(stepTokens);
    const start = library.addressOf(this.#sequences);
    const bytesEach = BigInt(Int32Array.BYTES_PER_ELEMENT);
    this.#batch = {
      n_tokens: 0,
      token: new Int32Array(stepTokens),
      embd: null,
      pos: new Int32Array(stepTokens),
      n_seq_id: new Int32Array(stepTokens).fill(1),
      seq_id: BigUint64Array.from({ length: stepTokens }, (_, i) => start + bytesEach * BigInt(i)),
      logits: new Int8Array(stepTokens),
    };
    if (this.#batch.seq_id.BYTES_PER_ELEMENT !== pointerBytes) throw new Error("expected 64-bit pointers");
  }

  fill(items: readonly StepItem[]): Batch {
    const batch = this.#batch;
    batch.n_tokens = 0;
    batch.logits.fill(0);
    this.#rows.length = 0;
    for (const { slot, tokenIds, position, rows } of items) {
      const start = batch.n_tokens;
      for (const { index, target } of rows) {
        batch.logits[start + index] = 1;
        this.#rows.push({ index: start + index, target });
      }
      tokenIds.forEach((tokenId, i) => {
        batch.token[start + i] = tokenId;
        batch.pos[start + i] = position + i;
        this.#sequences[start + i] = slot;
      });
      batch.n_tokens += tokenIds.length;
    }
    return batch;
  }

  /** Of the step that was filled last. */
  get rows(): readonly { readonly index: number; readonly target: Float32Array }[] {
    return this.#rows;
  }
}
