/** Rows of a source as it writes them, without a draw: for who looks at a row or hands it on. */
import { checkInteger, mostTokens } from "@tokenmill/check";
import { createResult, dtypeBytes, type LogitsSource, SampleError } from "@tokenmill/core";
import { checkLogitsSource } from "@tokenmill/core/internal";
import type { SamplerPool } from "../types.ts";
import { createPool } from "./createPool.ts";

/** Which row is meant: the one behind a prompt and an output so far. */
export interface RowPlace {
  readonly promptTokenIds: readonly number[];
  /** Absent: none yet. */
  readonly outputTokenIds?: readonly number[];
  /** What a batch source is told, and told that it has ended. Absent: 0. */
  readonly sequenceId?: bigint;
}

/** One row at a time. Those of a worker source are written by its own module, on the calling thread, in a pool of one slot. */
export class SourceRows {
  readonly #source: LogitsSource;
  readonly #arenaBytes: number;
  #pool: Promise<SamplerPool> | undefined;

  /** @param maxTokens most tokens before a row, 0 … 2^24. @throws TypeError, RangeError */
  constructor(source: LogitsSource, maxTokens: number) {
    this.#source = checkLogitsSource("source", source);
    checkInteger("maxTokens", maxTokens, { min: 0, max: mostTokens });
    this.#arenaBytes = 65_536 + 16 * maxTokens;
  }

  /** @returns `vocabSize` elements: f32, or 16-bit patterns. @throws SampleError, or what the source threw, if it cannot write the row */
  read(place: RowPlace): Promise<Float32Array | Uint16Array> {
    return this.#source.kind === "worker" ? this.#workerRow(place) : batchRow(this.#source, place);
  }

  async close(): Promise<void> {
    await (await this.#pool)?.close();
  }

  async #workerRow({ promptTokenIds, outputTokenIds = [] }: RowPlace): Promise<Float32Array | Uint16Array> {
    const pool = await this.#openPool();
    const slot = pool.acquire();
    const plan = pool.compile({});
    const position = outputTokenIds.length;
    const history = pool.openHistory(promptTokenIds, promptTokenIds.length + position + 1);
    try {
      if (!history) throw new SampleError("source_failed", "there is no room for the prompt");
      for (const tokenId of outputTokenIds) history.push(tokenId);
      pool.submit(slot, { plan, history, seed: 0n, sequenceId: 0n, position, writeRow: true });
      pool.flush();
      await pool.completed();
      const result = createResult(pool.maxLogprobs);
      pool.readResult(slot, result);
      // The row is there whatever a draw makes of it.
      if (result.status === "source_failed") throw new SampleError(result.status, result.message);
      return pool.row(slot).slice();
    } finally {
      plan.release();
      history?.release();
      pool.release(slot);
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
}

async function batchRow(
  source: Extract<LogitsSource, { kind: "batch" }>,
  { promptTokenIds, outputTokenIds = [], sequenceId = 0n }: RowPlace,
): Promise<Float32Array | Uint16Array> {
  const buffer = new SharedArrayBuffer(source.vocabSize * dtypeBytes[source.dtype]);
  const row = source.dtype === "f32" ? new Float32Array(buffer) : new Uint16Array(buffer);
  const history = Int32Array.from([...promptTokenIds, ...outputTokenIds]);
  const wanted = { row, history, promptLength: promptTokenIds.length, sequenceId, position: outputTokenIds.length };
  try {
    const [error] = (await source.fillRows([wanted])) ?? [];
    if (error) throw error;
    return row.slice();
  } finally {
    source.closeSequence?.(sequenceId);
  }
}
