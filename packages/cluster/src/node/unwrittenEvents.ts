/** Events that were made and are not in the log, in order: as columns, since objects that live so long cost a collector's time. */
import type { TokenEvent } from "@tokenmill/core";
import { appendTo, type MutableBatch, newBatch, sizeBytesOf, splitBatch, type TokenBatch } from "../wire/tokenBatch.ts";

export class UnwrittenEvents {
  #batch: MutableBatch | undefined;
  readonly #sizes: number[] = [];
  #sizeBytes = 0;

  /** As of now: it grows with what is pushed. Undefined: there are none. */
  get batch(): TokenBatch | undefined {
    return this.#batch;
  }

  /** Roughly, as they would be written. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get length(): number {
    return this.#sizes.length;
  }

  push(event: TokenEvent): void {
    if (this.#batch) appendTo(this.#batch, event);
    else this.#batch = newBatch(event);
    const size = sizeBytesOf(event);
    this.#sizes.push(size);
    this.#sizeBytes += size;
  }

  /** Takes those before `position`, which the log has. */
  takeBefore(position: number): TokenBatch | undefined {
    if (!this.#batch || position <= this.#batch.first) return undefined;
    const [taken, rest] = splitBatch(this.#batch, position);
    this.#batch = rest;
    for (const size of this.#sizes.splice(0, taken.tokenIds.length)) this.#sizeBytes -= size;
    return taken;
  }
}
