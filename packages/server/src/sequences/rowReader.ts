/** The raw row that follows a prompt, as f32. */
import type { LogitsSource, RowDtype } from "@tokenmill/core";
import { listedIn } from "@tokenmill/core/internal";
import { SourceRows } from "@tokenmill/worker-pool";
import { ApiError } from "../errors/apiError.ts";
import type { Client } from "../limits/client.ts";
import { Waiting } from "../limits/waiting.ts";
import type { ServeLimits } from "../options/limits.ts";
import { widen } from "./widen.ts";

/** No sequence of a client has it: those count up from 0. */
const sequenceId = (1n << 64n) - 1n;

/** One row at a time. */
export class RowReader {
  readonly #dtype: RowDtype;
  readonly #rows: SourceRows;
  readonly #waiting: Waiting<void>;
  /** The row that is being written. */
  #reading: Promise<unknown> | undefined;

  constructor(source: LogitsSource, { maxContextTokens, queueTimeoutMs }: ServeLimits) {
    this.#dtype = source.dtype;
    this.#rows = new SourceRows(source, maxContextTokens);
    this.#waiting = new Waiting("the row of this request", queueTimeoutMs);
  }

  /** Round robin over clients. @throws SampleError if the source cannot write the row, ApiError 429 if it takes too long, 500 for a sparse row */
  async read(client: Client, promptIds: readonly number[]): Promise<Float32Array> {
    if (this.#reading) await this.#waiting.wait(client);
    const row = this.#rows.read({ promptTokenIds: promptIds, sequenceId });
    this.#reading = row;
    try {
      return wholeRow(await row, this.#dtype);
    } finally {
      if (!this.#waiting.give()) this.#reading = undefined;
    }
  }

  async close(): Promise<void> {
    await this.#reading?.catch(() => undefined);
    await this.#rows.close();
  }
}

/** As f32. @throws ApiError `row_too_sparse` */
function wholeRow(row: Float32Array | Uint16Array, dtype: RowDtype): Float32Array {
  if (!listedIn(row)) return widen(row, dtype);
  throw new ApiError(500, "the source gives the largest logits of its rows only, no whole row", {
    code: "row_too_sparse",
  });
}
