/** Items of a row in the order in which they were added, each once. */

export class ItemSet {
  /** Place and row of the beginning, alternately. */
  pairs: Int32Array = new Int32Array(64);
  count = 0;
  /** Open addressing: item + 1, or 0. */
  #table = new Int32Array(128);

  clear(): void {
    this.#table.fill(0);
    this.count = 0;
  }

  add(place: number, start: number): void {
    const at = this.#find(place, start, this.#table.length - 1);
    if (this.#table[at] !== 0) return;
    if (this.count * 4 >= this.#table.length) {
      this.#grow();
      this.add(place, start);
      return;
    }
    this.pairs[this.count * 2] = place;
    this.pairs[this.count * 2 + 1] = start;
    this.#table[at] = ++this.count;
  }

  #find(place: number, start: number, mask: number): number {
    let at = hashOf(place, start) & mask;
    for (let entry = this.#table[at]!; entry !== 0; entry = this.#table[at]!) {
      if (this.pairs[entry * 2 - 2] === place && this.pairs[entry * 2 - 1] === start) return at;
      at = (at + 1) & mask;
    }
    return at;
  }

  #grow(): void {
    const pairs = new Int32Array(this.pairs.length * 2);
    pairs.set(this.pairs);
    this.pairs = pairs;
    this.#table = new Int32Array(this.#table.length * 2);
    const mask = this.#table.length - 1;
    for (let i = 0; i < this.count; i++) this.#table[this.#find(pairs[i * 2]!, pairs[i * 2 + 1]!, mask)] = i + 1;
  }
}

function hashOf(place: number, start: number): number {
  const hash = Math.imul(place, 0x9e3779b1) ^ Math.imul(start, 0x85ebca6b);
  return hash ^ (hash >>> 15);
}
