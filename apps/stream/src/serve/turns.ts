/**
 * Work that holds up the event loop, one piece at a time: after one that took long the next waits as long as that took, so
 * whatever is asked for, about half of the loop's time is for the streams that are open.
 */

/** Shorter pieces follow each other in the next turns of the loop. */
const restFromMs = 2;

export class Turns {
  readonly #waiting: (() => void)[] = [];
  #isBusy = false;

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
      else setTimeout(() => this.#rested(), tookMs);
    });
    work();
  }

  #rested(): void {
    this.#isBusy = false;
    this.#next();
  }
}
