/** One batch of rows under way in a `BatchSource`. */
import { errorOf } from "@tokenmill/check";
import type { BatchRow, BatchSource } from "@tokenmill/core";
import type { SamplerPool } from "@tokenmill/worker-pool";
import type { Sequence } from "./sequence.ts";

/** Told once for each row of a batch. */
export type RowFilled = (slot: number, sequence: Sequence, error: Error | undefined) => void;

export class BatchFiller {
  readonly #pool: SamplerPool;
  readonly #source: BatchSource;
  #slots: number[] = [];
  #sequences: Sequence[] = [];

  constructor(pool: SamplerPool, source: BatchSource) {
    this.#pool = pool;
    this.#source = source;
  }

  /** Rows that the source has, or is about to get. */
  get rowCount(): number {
    return this.#slots.length;
  }

  add(slot: number, sequence: Sequence): void {
    this.#slots.push(slot);
    this.#sequences.push(sequence);
  }

  /** Hands the rows to the source; never rejects. */
  async fill(onFilled: RowFilled): Promise<void> {
    const slots = this.#slots;
    const sequences = this.#sequences;
    let errors: readonly (Error | undefined)[] | undefined;
    let failure: Error | undefined;
    try {
      errors = await this.#source.fillRows(slots.map((slot, i) => this.#row(slot, sequences[i]!)));
    } catch (error) {
      failure = errorOf(error);
    }
    this.#slots = [];
    this.#sequences = [];
    slots.forEach((slot, i) => onFilled(slot, sequences[i]!, failure ?? errors?.[i]));
  }

  #row(slot: number, sequence: Sequence): BatchRow {
    const scored = sequence.unscored?.length;
    return {
      row: this.#pool.row(slot),
      history: sequence.history!.tokens().subarray(0, scored),
      promptLength: scored ?? sequence.promptLength,
      sequenceId: sequence.sequenceIdBits,
      position: sequence.position,
    };
  }
}
