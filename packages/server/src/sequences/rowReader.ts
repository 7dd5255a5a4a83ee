/** The raw row that follows a prompt, as f32. */
import { createResult, type LogitsSource, type RowDtype, SampleError } from "@tokenmill/core";
import { listedIn } from "@tokenmill/core/internal";
import { createPool, type SamplerPool } from "@tokenmill/worker-pool";
import { ApiError } from "../errors/apiError.ts";
import type { Client } from "../limits/client.ts";
import { Waiting } from "../limits/waiting.ts";
import type { ServeLimits } from "../options/limits.ts";
import { widen } from "./widen.ts";

/** A pool of one slot, made at the first use, writes the rows of a worker source; one row at a time. */
export class RowReader {
  readonly #source: LogitsSource;
  #pool: Promise<SamplerPool> | undefined;
  readonly #waiting: Waiting<void>;
  /** The row that is being written. */
  #reading: Promise<unknown> | undefined;
  readonly #arenaBytes: number;

  constructor(source: LogitsSource, { maxContextTokens, queueTimeoutMs }: ServeLimits) {
    this.#source = source;
    this.#arenaBytes = 65_536 + 16 * maxContextTokens;
    this.#waiting = new Waiting("the row of this request", queueTimeoutMs);
  }

  /** Round robin over clients. @throws SampleError if the source cannot write the row, ApiError 429 if it takes too long, 500 for a sparse row */
  async read(client: Client, promptIds: readonly number[]): Promise<Float32Array> {
    if (this.#reading) await this.#waiting.wait(client);
    const row = this.#read(promptIds);
    this.#reading = row;
    try {
      return await row;
    } finally {
      if (!this.#waiting.give()) this.#reading = undefined;
    }
  }

  async close(): Promise<void> {
    await this.#reading?.catch(() => undefined);
    await (await this.#pool)?.close();
  }

  async #read(promptIds: readonly number[]): Promise<Float32Array> {
    const source = this.#source;
    if (source.kind === "worker") return this.#readWorkerRow(promptIds);
    const row = emptyRow(source.dtype, source.vocabSize);
    // An id that no sequence of a client has: those count up from 0.
    const sequenceId = (1n << 64n) - 1n;
    const history = Int32Array.from(promptIds);
    const wanted = { row, history, promptLength: history.length, sequenceId, position: 0 };
    try {
      const [error] = (await source.fillRows([wanted])) ?? [];
      if (error) throw error;
      return wholeRow(row, source.dtype);
    } finally {
      source.closeSequence?.(sequenceId);
    }
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
      return wholeRow(pool.row(slot).slice(), pool.dtype);
    } finally {
      plan.release();
      history?.release();
      pool.release(slot);
    }
  }
}

/** As f32. @throws ApiError `row_too_sparse` */
function wholeRow(row: Float32Array | Uint16Array, dtype: RowDtype): Float32Array {
  if (!listedIn(row)) return widen(row, dtype);
  throw new ApiError(500, "the source gives the largest logits of its rows only, no whole row", {
    code: "row_too_sparse",
  });
}

function emptyRow(dtype: RowDtype, vocabSize: number): Float32Array | Uint16Array {
  return dtype === "f32" ? new Float32Array(vocabSize) : new Uint16Array(vocabSize);
}
