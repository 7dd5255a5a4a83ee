/** The raw row that follows a prompt, as f32. */
import { createResult, type LogitsSource, type RowDtype, SampleError } from "@tokenmill/core";
import { createPool, type SamplerPool } from "@tokenmill/worker-pool";
import { widen } from "./widen.ts";

/** A pool of one slot, made at the first use, writes the rows of a worker source; one row at a time. */
export class RowReader {
  readonly #source: LogitsSource;
  #pool: Promise<SamplerPool> | undefined;
  #last: Promise<unknown> = Promise.resolve();
  readonly #arenaBytes: number;

  /** @param longestPrompt in tokens */
  constructor(source: LogitsSource, longestPrompt: number) {
    this.#source = source;
    this.#arenaBytes = 65_536 + 16 * longestPrompt;
  }

  /** @throws SampleError if the source cannot write the row. */
  read(promptIds: readonly number[]): Promise<Float32Array> {
    const row = this.#last.then(() => this.#read(promptIds));
    this.#last = row.catch(() => undefined);
    return row;
  }

  async close(): Promise<void> {
    await this.#last;
    await (await this.#pool)?.close();
  }

  async #read(promptIds: readonly number[]): Promise<Float32Array> {
    const source = this.#source;
    if (source.kind === "worker") return this.#readWorkerRow(promptIds);
    const row = emptyRow(source.dtype, source.vocabSize);
    // An id that no sequence of a client has: those count up from 0.
    const sequenceId = (1n << 64n) - 1n;
    const history = Int32Array.from(promptIds);
    const errors = await source.fillRows([{ row, history, promptLength: history.length, sequenceId, position: 0 }]);
    source.closeSequence?.(sequenceId);
    if (errors?.[0]) throw errors[0];
    return widen(row, source.dtype);
  }

  #openPool(): Promise<SamplerPool> {
    if (!this.#pool) {
      this.#pool = createPool({ source: this.#source, workers: 0, slots: 1, arenaBytes: this.#arenaBytes });
      // One that could not be made is made anew at the next use.
      this.#pool.catch(() => (this.#pool = undefined));
    }
    return this.#pool;
  }

  async #readWorkerRow(promptIds: readonly number[]): Promise<Float32Array> {
    const pool = await this.#openPool();
    const slot = pool.acquire();
    const plan = pool.compile({});
    const history = pool.openHistory(promptIds, promptIds.length + 1);
    try {
      if (!history) throw new SampleError("source_failed", "there is no room for the prompt");
      pool.submit(slot, { plan, history, seed: 0n, sequenceId: 0n, position: 0, writeRow: true });
      pool.flush();
      await pool.completed();
      const result = createResult(pool.maxLogprobs);
      pool.readResult(slot, result);
      // The row is there whatever a draw makes of it.
      if (result.status === "source_failed") throw new SampleError(result.status, result.message);
      return widen(pool.row(slot).slice(), pool.dtype);
    } finally {
      plan.release();
      history?.release();
      pool.release(slot);
    }
  }
}

function emptyRow(dtype: RowDtype, vocabSize: number): Float32Array | Uint16Array {
  return dtype === "f32" ? new Float32Array(vocabSize) : new Uint16Array(vocabSize);
}
