/**
 * Masks that are kept within a number of bytes: as words, or as a list where few of them have bits. There are two arrays; when
 * the younger is full it becomes the older one, whose masks go unless they are used again.
 */

/** A mask in the store, if it is still there. */
export interface KeptMask {
  /** The store's when it was written. */
  generation: number;
  at: number;
  /** Words that it takes. */
  readonly length: number;
  /** Whether it is a list: word and bits, alternately. */
  readonly isList: boolean;
}

const firstLength = 4096;

export class MaskStore {
  /** Words of one array. */
  readonly #mostWords: number;
  #young: Int32Array = new Int32Array(firstLength);
  #old: Int32Array = new Int32Array(firstLength);
  #generation = 1;
  /** Words of the younger array that are taken. */
  #used = 0;

  constructor(mostBytes: number) {
    this.#mostWords = Math.floor(mostBytes / 8);
  }

  /** @param words are copied @param wordCount of the mask, from its beginning */
  keep(words: Int32Array, wordCount: number): KeptMask {
    const at = this.#reserve(wordCount);
    const young = this.#young;
    const most = at + (wordCount >> 1) - 1;
    let end = at;
    for (let i = 0; i < wordCount; i++) {
      if (words[i] === 0) continue;
      if (end >= most) {
        young.set(words.subarray(0, wordCount), at);
        return { generation: this.#generation, at, length: wordCount, isList: false };
      }
      young[end++] = i;
      young[end++] = words[i]!;
    }
    this.#used = end;
    return { generation: this.#generation, at, length: end - at, isList: true };
  }

  /** Whether it is still there; then it stays for longer. */
  use(mask: KeptMask): boolean {
    if (mask.generation === this.#generation) return true;
    if (mask.generation < this.#generation - 1) return false;
    const from = this.#old;
    const at = this.#reserve(mask.length);
    this.#young.set(from.subarray(mask.at, mask.at + mask.length), at);
    mask.at = at;
    mask.generation = this.#generation;
    return true;
  }

  /** @param mask one that is there */
  copyTo(mask: KeptMask, words: Int32Array): void {
    if (mask.isList) {
      words.fill(0);
      this.addTo(mask, words);
    } else words.set(this.#arrayOf(mask).subarray(mask.at, mask.at + mask.length));
  }

  /** Sets its bits and leaves the others. */
  addTo(mask: KeptMask, words: Int32Array): void {
    const array = this.#arrayOf(mask);
    const { at, length } = mask;
    if (mask.isList) for (let i = at; i < at + length; i += 2) words[array[i]!]! |= array[i + 1]!;
    else for (let i = 0; i < length; i++) words[i]! |= array[at + i]!;
  }

  #arrayOf({ generation }: KeptMask): Int32Array {
    return generation === this.#generation ? this.#young : this.#old;
  }

  #reserve(length: number): number {
    if (this.#used > 0 && this.#used + length > this.#mostWords) {
      [this.#young, this.#old] = [this.#old, this.#young];
      this.#generation++;
      this.#used = 0;
    }
    const at = this.#used;
    this.#used += length;
    if (this.#used > this.#young.length) {
      const young = new Int32Array(Math.max(this.#used, Math.min(this.#young.length * 2, this.#mostWords)));
      young.set(this.#young.subarray(0, at));
      this.#young = young;
    }
    return at;
  }
}
