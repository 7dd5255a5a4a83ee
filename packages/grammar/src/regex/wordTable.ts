/** Arrays of words of one length, each kept once and known by a number. */

export class WordTable {
  readonly #arrays: Uint32Array[] = [];
  /** Open addressing: number + 1, or 0. */
  #table = new Int32Array(256);

  get size(): number {
    return this.#arrays.length;
  }

  get(number: number): Uint32Array {
    return this.#arrays[number]!;
  }

  /** The number of these words, `size` before where they are new. They are kept. */
  number(words: Uint32Array): number {
    const at = this.#find(words);
    const known = this.#table[at]!;
    if (known !== 0) return known - 1;
    const number = this.#arrays.push(words) - 1;
    this.#table[at] = number + 1;
    if (this.#arrays.length * 2 > this.#table.length) this.#grow();
    return number;
  }

  #find(words: Uint32Array): number {
    const table = this.#table;
    const mask = table.length - 1;
    let at = hashOf(words) & mask;
    while (table[at] !== 0 && !isSame(this.#arrays[table[at]! - 1]!, words)) at = (at + 1) & mask;
    return at;
  }

  #grow(): void {
    this.#table = new Int32Array(this.#table.length * 2);
    for (let i = 0; i < this.#arrays.length; i++) this.#table[this.#find(this.#arrays[i]!)] = i + 1;
  }
}

function hashOf(words: Uint32Array): number {
  let hash = 0;
  for (let i = 0; i < words.length; i++) {
    hash = Math.imul(hash ^ words[i]!, 0x85ebca6b);
    hash ^= hash >>> 13;
  }
  return hash ^ (hash >>> 16);
}

function isSame(a: Uint32Array, b: Uint32Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
