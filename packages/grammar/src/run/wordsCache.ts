/** Masks by number, those used last, within a number of bytes. */

export class WordsCache<T extends { readonly sizeBytes: number }> {
  /** In order of use, the newest last. */
  readonly #entries = new Map<number, T>();
  readonly #mostBytes: number;
  #sizeBytes = 0;
  #newest = -1;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  get(key: number): T | undefined {
    const entry = this.#entries.get(key);
    if (entry !== undefined && key !== this.#newest) {
      this.#entries.delete(key);
      this.#entries.set(key, entry);
      this.#newest = key;
    }
    return entry;
  }

  set(key: number, entry: T): void {
    this.#entries.set(key, entry);
    this.#newest = key;
    this.#sizeBytes += entry.sizeBytes;
    for (const [oldest, { sizeBytes }] of this.#entries) {
      if (this.#sizeBytes <= this.#mostBytes || oldest === key) return;
      this.#entries.delete(oldest);
      this.#sizeBytes -= sizeBytes;
    }
  }
}
