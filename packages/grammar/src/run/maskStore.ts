/**
 * Masks that are kept within a number of bytes: as words, or as a list of tokens beside another mask. There are two arrays;
 * when the younger is full it becomes the older one, whose masks go unless they are used again.
 */
import type { MaskDraft } from "./maskDraft.ts";

/** A mask in the store, if it is still there. */
export interface KeptMask {
  /** Another one whose tokens it has too. */
  readonly base: KeptMask | undefined;
  /** Its words, if they are not in the store and always there. */
  readonly fixed: Int32Array | undefined;
  /** The store's when it was written. */
  generation: number;
  at: number;
  /** Words that it takes. */
  readonly length: number;
  /** Whether it is a list of tokens. */
  readonly isList: boolean;
}

const firstLength = 4096;

/** A mask that is kept elsewhere. */
export function fixedMask(words: Int32Array): KeptMask {
  const length = words.length;
  return { base: undefined, fixed: words, generation: Number.POSITIVE_INFINITY, at: 0, length, isList: false };
}

export class MaskStore {
  /** Words of one array. */
  readonly #mostWords: number;
  #young: Int32Array = new Int32Array(firstLength);
  #old: Int32Array = new Int32Array(firstLength);
  #generation = 1;
  /** Words of the younger array that are taken. */
  #used = 0;
  /** By hash: masks of words in the younger array, as many states have the same one. */
  readonly #known = new Map<number, KeptMask>();

  constructor(mostBytes: number) {
    this.#mostWords = Math.floor(mostBytes / 8);
  }

  /** What a draft has, and the mask beside it. The draft ends. @param base one that is there */
  keep(draft: MaskDraft, base: KeptMask | undefined): KeptMask {
    const mask = draft.isListed ? this.#keepList(draft, base) : this.#keepWords(draft, base);
    draft.end();
    return mask;
  }

  #keepList({ tokens, count }: MaskDraft, base: KeptMask | undefined): KeptMask {
    if (count === 0 && base !== undefined) return base;
    const at = this.#reserve(count);
    const young = this.#young;
    for (let i = 0; i < count; i++) young[at + i] = tokens[i]!;
    return { base, fixed: undefined, generation: this.#generation, at, length: count, isList: true };
  }

  #keepWords({ words }: MaskDraft, base: KeptMask | undefined): KeptMask {
    if (base !== undefined) this.#addWords(base, words);
    const length = words.length - 1;
    const hash = hashOf(words, length);
    const known = this.#known.get(hash);
    if (known !== undefined && this.#isSame(known, words)) return known;
    const at = this.#reserve(length);
    this.#young.set(words.subarray(0, length), at);
    const mask = { base: undefined, fixed: undefined, generation: this.#generation, at, length, isList: false };
    this.#known.set(hash, mask);
    return mask;
  }

  #isSame({ at, length }: KeptMask, words: Int32Array): boolean {
    const young = this.#young;
    for (let i = 0; i < length; i++) if (young[at + i] !== words[i]) return false;
    return true;
  }

  /** Whether it is still there; then it stays for longer. */
  use(mask: KeptMask): boolean {
    if (mask.base !== undefined && !this.use(mask.base)) return false;
    if (mask.generation >= this.#generation) return true;
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
    if (mask.base !== undefined) this.copyTo(mask.base, words);
    else if (mask.isList) words.fill(0);
    if (mask.isList) this.#addList(mask, words);
    else words.set(mask.fixed ?? this.#arrayOf(mask).subarray(mask.at, mask.at + mask.length));
  }

  /** Sets its tokens, and leaves the others. @param mask one that is there */
  addTo(mask: KeptMask, draft: MaskDraft): void {
    if (mask.isList && mask.base === undefined) {
      const array = this.#arrayOf(mask);
      for (let i = mask.at; i < mask.at + mask.length; i++) draft.add(array[i]!);
    } else {
      this.#addWords(mask, draft.words);
      draft.leaveList();
    }
  }

  #addWords(mask: KeptMask, words: Int32Array): void {
    if (mask.base !== undefined) this.#addWords(mask.base, words);
    if (mask.isList) this.#addList(mask, words);
    else {
      const array = this.#arrayOf(mask);
      for (let i = 0; i < mask.length; i++) words[i]! |= array[mask.at + i]!;
    }
  }

  #addList(mask: KeptMask, words: Int32Array): void {
    const array = this.#arrayOf(mask);
    const end = mask.at + mask.length;
    for (let i = mask.at; i < end; i++) words[array[i]! >> 5]! |= 1 << (array[i]! & 31);
  }

  #arrayOf({ fixed, generation }: KeptMask): Int32Array {
    return fixed ?? (generation === this.#generation ? this.#young : this.#old);
  }

  #reserve(length: number): number {
    if (this.#used > 0 && this.#used + length > this.#mostWords) {
      const young = this.#old;
      this.#old = this.#young;
      this.#young = young;
      this.#generation++;
      this.#used = 0;
      this.#known.clear();
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

function hashOf(words: Int32Array, length: number): number {
  let hash = 0;
  for (let i = 0; i < length; i++) hash = Math.imul(hash ^ words[i]!, 0x85ebca6b) ^ (hash >>> 15);
  return hash;
}
