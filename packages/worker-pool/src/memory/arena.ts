/** Allocator of the shared memory behind histories and plans. Host only. */

/**
 * Blocks of 2^k · {1, 1.25, 1.5, 1.75} bytes, at least 64; freed blocks wait in a list of their size. Neighbours are merged
 * only when nothing else gives a block, in O(n log n) of the free blocks.
 */
export class Arena {
  readonly #end: number;
  #next: number;
  readonly #free = new Map<number, number[]>();
  #usedBytes = 0;
  #isMerged = true;
  readonly capacityBytes: number;

  constructor(offsetBytes: number, sizeBytes: number) {
    this.#next = offsetBytes;
    this.#end = offsetBytes + sizeBytes;
    this.capacityBytes = sizeBytes;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Byte offset of a block (64-byte aligned), undefined if no free block is large enough. */
  allocate(sizeBytes: number): number | undefined {
    const size = blockSize(sizeBytes);
    const offset = this.#pop(size) ?? this.#take(size) ?? this.#split(size) ?? this.#takeMerged(size);
    if (offset !== undefined) this.#usedBytes += size;
    return offset;
  }

  /** Gives back a block of the size it was asked for. */
  free(offset: number, sizeBytes: number): void {
    const size = blockSize(sizeBytes);
    this.#usedBytes -= size;
    this.#isMerged = false;
    this.#put(offset, size);
  }

  #take(size: number): number | undefined {
    if (this.#next + size > this.#end) return undefined;
    const offset = this.#next;
    this.#next += size;
    return offset;
  }

  /** Takes the front of the smallest free block that is larger; the rest is free again. */
  #split(size: number): number | undefined {
    let best: number | undefined;
    for (const candidate of this.#free.keys()) {
      if (candidate > size && (best === undefined || candidate < best)) best = candidate;
    }
    if (best === undefined) return undefined;
    const offset = this.#pop(best)!;
    this.#put(offset + size, best - size);
    return offset;
  }

  #takeMerged(size: number): number | undefined {
    if (this.#isMerged || this.#usedBytes + size > this.capacityBytes) return undefined;
    this.#merge();
    return this.#take(size) ?? this.#pop(size) ?? this.#split(size);
  }

  /** Joins free blocks that touch; what touches the part never used goes back to it. */
  #merge(): void {
    const blocks = [...this.#free].flatMap(([size, offsets]) => offsets.map((offset) => ({ offset, size })));
    blocks.sort((a, b) => a.offset - b.offset);
    this.#free.clear();
    this.#isMerged = true;
    for (let i = 0; i < blocks.length; ) {
      const { offset } = blocks[i]!;
      let end = offset;
      while (blocks[i]?.offset === end) end += blocks[i++]!.size;
      if (end === this.#next) this.#next = offset;
      else this.#put(offset, end - offset);
    }
  }

  #pop(size: number): number | undefined {
    const blocks = this.#free.get(size);
    const offset = blocks?.pop();
    if (blocks?.length === 0) this.#free.delete(size);
    return offset;
  }

  #put(offset: number, size: number): void {
    const blocks = this.#free.get(size);
    if (blocks) blocks.push(offset);
    else this.#free.set(size, [offset]);
  }
}

/** The largest power of two up to `x` ≥ 1; beyond 32 bits too, where bit operations wrap. */
export function largestPowerOfTwo(x: number): number {
  let power = 1;
  while (power * 2 <= x) power *= 2;
  return power;
}

/** The size class of a request. */
export function blockSize(sizeBytes: number): number {
  if (sizeBytes <= 256) return Math.max(64, Math.ceil(sizeBytes / 64) * 64);
  const power = largestPowerOfTwo(sizeBytes);
  return power + Math.ceil(((sizeBytes - power) * 4) / power) * (power / 4);
}
