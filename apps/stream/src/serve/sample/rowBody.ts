/** Reads a body with rows piece by piece: first the header, then straight into the rows' memory. */
import { ApiError } from "../errors/apiError.ts";

const largestHeaderBytes = 2 ** 24;

export class RowBody {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array(0);
  /** The piece that was waited for in vain so far. */
  #coming: Promise<IteratorResult<Uint8Array>> | undefined;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** The header's bytes. @throws ApiError if the body ends, or the header is too long. */
  async header(): Promise<Uint8Array> {
    const length = new Uint8Array(4);
    await this.fill(length, "the header's length");
    const sizeBytes = new DataView(length.buffer).getUint32(0, true);
    if (sizeBytes > largestHeaderBytes) {
      const message = `the header expected at most ${largestHeaderBytes} bytes, got ${sizeBytes}: the body begins with its length, 4 bytes little-endian`;
      throw new ApiError(400, message, { code: "damaged" });
    }
    const header = new Uint8Array(sizeBytes);
    await this.fill(header, "the header");
    return header;
  }

  /**
   * Fills `target` from `offset` on, as the bytes come.
   * @param patienceMs time for all of them; absent: none is set
   * @returns the bytes that are filled then: fewer than there are if the time was not enough
   * @throws ApiError if the body ends before
   */
  async fill(target: Uint8Array, what: string, offset = 0, patienceMs?: number): Promise<number> {
    const deadlineMs = patienceMs === undefined ? undefined : performance.now() + patienceMs;
    while (offset < target.length) {
      if (this.#chunk.length === 0) {
        if (deadlineMs !== undefined && !(await this.#comesBefore(deadlineMs))) return offset;
        if (!(await this.#next())) {
          const message = `${what} expected ${target.length} bytes, the body ends after ${offset}`;
          throw new ApiError(400, message, { code: "truncated" });
        }
      }
      const part = this.#chunk.subarray(0, target.length - offset);
      target.set(part, offset);
      this.#chunk = this.#chunk.subarray(part.length);
      offset += part.length;
    }
    return offset;
  }

  /** @throws ApiError if there are bytes left. */
  async end(): Promise<void> {
    if (this.#chunk.length === 0 && !(await this.#next())) return;
    throw new ApiError(400, "the body goes on after the last row", { code: "damaged" });
  }

  /** Whether the next piece, or the end, is there in time. */
  async #comesBefore(deadlineMs: number): Promise<boolean> {
    this.#coming ??= this.#chunks.next();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), Math.max(0, deadlineMs - performance.now()));
    });
    try {
      return await Promise.race([this.#coming.then(() => true), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Whether there is another piece. */
  async #next(): Promise<boolean> {
    do {
      this.#coming ??= this.#chunks.next();
      const { done, value } = await this.#coming;
      this.#coming = undefined;
      if (done) return false;
      this.#chunk = value;
    } while (this.#chunk.length === 0);
    return true;
  }
}
