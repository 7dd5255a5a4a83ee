/** Reads a body with rows piece by piece: first the header, then straight into the rows' memory. */
import { ApiError } from "../errors/apiError.ts";

const largestHeaderBytes = 2 ** 24;

export class RowBody {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array(0);

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

  /** Fills `target`, as the bytes come. @throws ApiError if the body ends before. */
  async fill(target: Uint8Array, what: string): Promise<void> {
    let offset = 0;
    while (offset < target.length) {
      if (this.#chunk.length === 0 && !(await this.#next())) {
        const message = `${what} expected ${target.length} bytes, the body ends after ${offset}`;
        throw new ApiError(400, message, { code: "truncated" });
      }
      const part = this.#chunk.subarray(0, target.length - offset);
      target.set(part, offset);
      this.#chunk = this.#chunk.subarray(part.length);
      offset += part.length;
    }
  }

  /** @throws ApiError if there are bytes left. */
  async end(): Promise<void> {
    if (this.#chunk.length === 0 && !(await this.#next())) return;
    throw new ApiError(400, "the body goes on after the last row", { code: "damaged" });
  }

  /** Whether there is another piece. */
  async #next(): Promise<boolean> {
    do {
      const { done, value } = await this.#chunks.next();
      if (done) return false;
      this.#chunk = value;
    } while (this.#chunk.length === 0);
    return true;
  }
}
