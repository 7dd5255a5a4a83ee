/** Where a single-thread sampler's kernels read the history: of a sequence that draws again only new ids are copied. */
import { TokenHistory } from "./tokenHistory.ts";

export class HistoryRegion {
  readonly #words: Int32Array;
  readonly #first: number;
  /** Whose ids stand there, if they are of a sequence, and how many. */
  #owner: TokenHistory | undefined;
  #length = 0;

  /** @param offset in bytes */
  constructor(words: Int32Array, offset: number) {
    this.#words = words;
    this.#first = offset >>> 2;
  }

  write(history: ArrayLike<number> | TokenHistory): void {
    if (!(history instanceof TokenHistory)) {
      this.#owner = undefined;
      if (history.length > 0) this.#words.set(history, this.#first);
      return;
    }
    const from = history === this.#owner ? this.#length : 0;
    // mostly one id: no view of it is made
    if (history.length === from + 1) this.#words[this.#first + from] = history.at(from);
    else this.#words.set(history.since(from), this.#first + from);
    this.#owner = history;
    this.#length = history.length;
  }
}
