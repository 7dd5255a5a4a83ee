/** Reads a body with rows piece by piece: first the header, then straight into the rows' memory. */
import { ApiError } from "../errors/apiError.ts";
import { wholeBody } from "../limits/wholeBody.ts";
import type { Claim } from "../limits/shares.ts";

export class RowBody {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #claim: Claim;
  #chunk: Uint8Array = new Uint8Array(0);
  /** The piece that was waited for in vain so far. */
  #coming: Promise<IteratorResult<Uint8Array>> | undefined;

  /** @param claim of the memory that the body takes besides the rows' slots */
  constructor(chunks: AsyncIterable<Uint8Array>, claim: Claim) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#claim = claim;
  }

  /** Claims more memory, for what the body leads to. @throws ApiError 429 */
  claim(sizeBytes: number): void {
    this.#claim.resize(this.#claim.size + sizeBytes);
  }

  /** The header's bytes. @throws ApiError if the body ends, or the header is too long. */
  async header(limitBytes: number): Promise<Uint8Array> {
    const length = new Uint8Array(4);
    await this.fill(length, "the header's length");
    const sizeBytes = new DataView(length.buffer).getUint32(0, true);
    if (sizeBytes > limitBytes) {
      const message = `the header expected at most ${limitBytes} bytes, got ${sizeBytes}: the body begins with its length, 4 bytes little-endian`;
      throw new ApiError(400, message, { code: "damaged" });
    }
    return wholeBody(this.#take(sizeBytes, "the header"), this.#claim);
  }

  /**
   * Memory for the rest of a row that comes slowly, with what has come of it; call the function when it is not used any more.
   * @throws ApiError 429
   */
  aside(begun: Uint8Array): { row: Uint8Array; release: () => void } {
    const claim = this.#claim;
    claim.resize(claim.size + begun.length);
    return { row: begun.slice(), release: () => claim.resize(claim.size - begun.length) };
  }

  /**
   * Fills `target` from `offset` on, as the bytes come.
   * @param timeoutMs time for all of them; absent: none is set
   * @returns the bytes that are filled then: fewer than there are if the time was not enough
   * @throws ApiError if the body ends before
   */
  async fill(target: Uint8Array, what: string, offset = 0, timeoutMs?: number): Promise<number> {
    const deadlineMs = timeoutMs === undefined ? undefined : performance.now() + timeoutMs;
    while (offset < target.length) {
      if (this.#chunk.length === 0) {
        if (deadlineMs !== undefined && !(await this.#comesBefore(deadlineMs))) return offset;
        if (!(await this.#next())) throw truncated(what, target.length, offset);
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

  /** The next bytes as they come. @throws ApiError if the body ends before */
  async *#take(count: number, what: string): AsyncGenerator<Uint8Array> {
    for (let taken = 0; taken < count; ) {
      if (this.#chunk.length === 0 && !(await this.#next())) throw truncated(what, count, taken);
      const part = this.#chunk.subarray(0, count - taken);
      this.#chunk = this.#chunk.subarray(part.length);
      taken += part.length;
      yield part;
    }
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

function truncated(what: string, expectedBytes: number, gotBytes: number): ApiError {
  return new ApiError(400, `${what} expected ${expectedBytes} bytes, the body ends after ${gotBytes}`, {
    code: "truncated",
  });
}
