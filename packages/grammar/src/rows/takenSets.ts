/** Sets of numbers that may not come again, each kept once. */

export class TakenSets {
  /** Nothing was taken. */
  static readonly none: number = 0;
  readonly #sets: ReadonlySet<number>[] = [new Set()];
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
    return this.#sets[set]!.has(once);
  }

  with(set: number, once: number): number {
    const next = (this.#next[set] ??= new Map());
    let number = next.get(once);
    if (number === undefined) next.set(once, (number = this.#intern([...this.#sets[set]!, once])));
    return number;
  }

  #intern(members: number[]): number {
    const sorted = members.sort((a, b) => a - b);
    const key = sorted.join(" ");
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#sets.push(new Set(sorted)) - 1;
      this.#sizeBytes += 200 + key.length + sorted.length * 40;
      this.#numbers.set(key, number);
    }
    return number;
  }
}
