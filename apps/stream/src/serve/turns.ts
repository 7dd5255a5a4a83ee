/**
 * Work that holds up the event loop, one piece at a time: after one that took long the next waits a multiple of what that
 * took, so that whatever is asked for, most of the loop's time is for the streams that are open.
 */

/** Shorter pieces follow each other in the next turns of the loop. */
const restFromMs = 2;

export class Turns {
  readonly #rest: number;
  readonly #waiting: (() => void)[] = [];
  #isBusy = false;

  /** @param rest how many times as long as a piece took the next one waits */
  constructor(rest: number) {
    this.#rest = rest;
  }

  /** Pieces that wait. */
  get length(): number {
    return this.#waiting.length;
  }

  /** Calls `work` when it is its turn; what follows before it first waits for something else belongs to the turn. */
  take(work: () => void): void {
    this.#waiting.push(work);
    this.#next();
  }

  #next(): void {
    const work = this.#isBusy ? undefined : this.#waiting.shift();
    if (!work) return;
    this.#isBusy = true;
    const startMs = performance.now();
    setImmediate(() => {
      const tookMs = performance.now() - startMs;
      if (tookMs < restFromMs) this.#rested();
      else setTimeout(() => this.#rested(), this.#rest * tookMs);
    });
    work();
  }

  #rested(): void {
    this.#isBusy = false;
    this.#next();
  }
}
