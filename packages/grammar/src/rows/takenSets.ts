/** Sets of numbers that may not come again, each kept once. */

export class TakenSets {
  /** Nothing was taken. */
  static readonly none: number = 0;
  /** In rising order. */
  readonly #sets: Int32Array[] = [new Int32Array()];
  readonly #numbers = new Map<string, number>([["", 0]]);
  /** By set: what it becomes with a number. */
  readonly #next: (Map<number, number> | undefined)[] = [];
  #sizeBytes = 0;

  /** About how much memory they take. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  members(set: number): readonly number[] {
    return [...this.#sets[set]!];
  }

  /** @param once −1 is in no set */
  has(set: number, once: number): boolean {
    const members = this.#sets[set]!;
    let [low, high] = [0, members.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (members[middle]! < once) low = middle + 1;
      else high = middle;
    }
    return members[low] === once;
  }

  with(set: number, once: number): number {
    const next = (this.#next[set] ??= new Map());
    let number = next.get(once);
    if (number === undefined) next.set(once, (number = this.#intern(this.#sets[set]!, once)));
    return number;
  }

  #intern(members: Int32Array, once: number): number {
    const more = new Int32Array(members.length + 1);
    more.set(members);
    more[members.length] = once;
    more.sort();
    const key = more.join(" ");
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#sets.push(more) - 1;
      this.#sizeBytes += 250 + key.length + more.byteLength;
      this.#numbers.set(key, number);
    }
    return number;
  }
}
