/** A mask to keep: as words, or as a list of tokens where there are few. */

export class Mask {
  readonly #words: Int32Array | undefined;
  /** Word and bits, alternately. */
  readonly #few: Int32Array | undefined;

  /** @param given is copied @param wordCount of the mask, from its beginning */
  constructor(given: Int32Array, wordCount: number) {
    let count = 0;
    for (let i = 0; i < wordCount; i++) if (given[i] !== 0) count++;
    if (count > wordCount >> 2) {
      this.#words = given.slice(0, wordCount);
      return;
    }
    const few = new Int32Array(count * 2);
    for (let i = 0, at = 0; at < few.length; i++) {
      if (given[i] === 0) continue;
      few[at++] = i;
      few[at++] = given[i]!;
    }
    this.#few = few;
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
