/** The token ids of one sequence: append-only, so that what was checked or copied once need not be again. */
const initialCapacity = 256;

export class TokenHistory {
  #ids: Int32Array = new Int32Array(initialCapacity);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Amortised O(1) an id. The ids are trusted. */
  append(tokenIds: ArrayLike<number>): void {
    const length = this.#length + tokenIds.length;
    this.#grow(length);
    this.#ids.set(tokenIds, this.#length);
    this.#length = length;
  }

  /** The same for one id. */
  push(tokenId: number): void {
    this.#grow(this.#length + 1);
    this.#ids[this.#length++] = tokenId;
  }

  /** The id at an index below `length`. */
  at(index: number): number {
    return this.#ids[index]!;
  }

  #grow(length: number): void {
    if (length <= this.#ids.length) return;
    const larger = new Int32Array(Math.max(length, 2 * this.#ids.length));
    larger.set(this.#ids.subarray(0, this.#length));
    this.#ids = larger;
  }

  /** The ids from index `from` on, in their own memory: to be read at once. */
  since(from: number): Int32Array {
    return this.#ids.subarray(from, this.#length);
  }
}
