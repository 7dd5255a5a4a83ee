/** Allocator of the shared memory behind histories and plans. Host only. */

/** Blocks of 2^k · {1, 1.25, 1.5, 1.75} bytes, at least 64; freed blocks wait in a list of their size. */
export class Arena {
  readonly #end: number;
  #next: number;
  readonly #free = new Map<number, number[]>();
  #usedBytes = 0;
  readonly capacityBytes: number;

  constructor(offsetBytes: number, sizeBytes: number) {
    this.#next = offsetBytes;
    this.#end = offsetBytes + sizeBytes;
    this.capacityBytes = sizeBytes;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Byte offset of a block (64-byte aligned), undefined if there is no room now. */
  allocate(sizeBytes: number): number | undefined {
    const size = blockSize(sizeBytes);
    const reused = this.#free.get(size)?.pop();
    const offset = reused ?? this.#take(size) ?? this.#takeLarger(size);
    if (offset !== undefined) this.#usedBytes += size;
    return offset;
  }

  /** Gives back a block of the size it was asked for. */
  free(offset: number, sizeBytes: number): void {
    const size = blockSize(sizeBytes);
    this.#usedBytes -= size;
    this.#put(offset, size);
  }

  #take(size: number): number | undefined {
    if (this.#next + size > this.#end) return undefined;
    const offset = this.#next;
    this.#next += size;
    return offset;
  }

  /** Splits the smallest free block that is at least twice as large; the rest goes back as blocks of the same size. */
  #takeLarger(size: number): number | undefined {
    let best: number | undefined;
    for (const [candidate, blocks] of this.#free) {
      if (blocks.length > 0 && candidate >= 2 * size && (best === undefined || candidate < best)) best = candidate;
    }
    if (best === undefined) return undefined;
    const offset = this.#free.get(best)!.pop()!;
    for (let used = size; used + size <= best; used += size) this.#put(offset + used, size);
    return offset;
  }

  #put(offset: number, size: number): void {
    const blocks = this.#free.get(size);
    if (blocks) blocks.push(offset);
    else this.#free.set(size, [offset]);
  }
}

/** The size class of a request. */
function blockSize(sizeBytes: number): number {
  if (sizeBytes <= 256) return Math.max(64, Math.ceil(sizeBytes / 64) * 64);
  const power = 2 ** Math.floor(Math.log2(sizeBytes));
  return power + Math.ceil(((sizeBytes - power) * 4) / power) * (power / 4);
}
