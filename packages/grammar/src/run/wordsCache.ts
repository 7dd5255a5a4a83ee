/** Entries by number within a number of bytes; those that were not used for long go first. */

interface Slot<T> {
  readonly entry: T;
  /** Since it was last spared. */
  isUsed: boolean;
}

export class WordsCache<T extends { readonly sizeBytes: number }> {
  readonly #slots = new Map<number, Slot<T>>();
  readonly #mostBytes: number;
  #sizeBytes = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  get(key: number): T | undefined {
    const slot = this.#slots.get(key);
    if (slot === undefined) return undefined;
    slot.isUsed = true;
    return slot.entry;
  }

  set(key: number, entry: T): void {
    this.#slots.set(key, { entry, isUsed: true });
    this.#sizeBytes += entry.sizeBytes;
    for (const [oldest, slot] of this.#slots) {
      if (this.#sizeBytes <= this.#mostBytes || this.#slots.size === 1) return;
      this.#slots.delete(oldest);
      if (slot.isUsed) {
        // a second chance, at the end
        slot.isUsed = false;
        this.#slots.set(oldest, slot);
      } else this.#sizeBytes -= slot.entry.sizeBytes;
    }
  }
}
