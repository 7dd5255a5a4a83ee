/** A mask to keep: as words, or as a list of tokens where there are few. */

export class Mask {
  readonly #words: Int32Array | undefined;
  /** Word and bits, alternately. */
  readonly #few: Int32Array | undefined;

  /** @param given is copied @param wordCount of the mask, from its beginning */
  constructor(given: Int32Array, wordCount: number) {
    const few: number[] = [];
    for (let i = 0; i < wordCount && few.length <= wordCount >> 2; i++) if (given[i] !== 0) few.push(i, given[i]!);
    if (few.length > wordCount >> 2) this.#words = given.slice(0, wordCount);
    else this.#few = Int32Array.from(few);
  }

  get sizeBytes(): number {
    return 200 + (this.#words ?? this.#few!).byteLength;
  }

  copyTo(words: Int32Array): void {
    if (this.#words) words.set(this.#words);
    else {
      words.fill(0);
      this.addTo(words);
    }
  }

  /** Sets its bits and leaves the others. */
  addTo(words: Int32Array): void {
    const few = this.#few;
    if (few) for (let i = 0; i < few.length; i += 2) words[few[i]!]! |= few[i + 1]!;
    else {
      const all = this.#words!;
      for (let i = 0; i < all.length; i++) words[i]! |= all[i]!;
    }
  }
}
