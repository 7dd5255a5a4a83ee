/**
 * Work that holds up the event loop, one piece at a time, of each client in turn: after one that took long the next waits a
 * multiple of what that took, so that whatever is asked for, most of the loop's time is for the streams that are open.
 */
import type { Client } from "./client.ts";
import { Waiting } from "./waiting.ts";

/** Bodies that are smaller are dealt with at once; a body of that size takes about a millisecond. */
export const largeBodyBytes: number = 32 * 1024;
/** Shorter pieces follow each other in the next turns of the loop. */
const restFromMs = 2;
/** In a turn of the loop, for small pieces. */
const smallMs = 1;

export interface TurnsOptions {
  /** How many times as long as a piece took the next one waits. */
  readonly rest: number;
  /** How long a piece may wait for its turn; Infinity: as long as it takes. */
  readonly patienceMs: number;
}

export class Turns {
  readonly #rest: number;
  readonly #waiting: Waiting<void>;
  #isBusy = false;
  /** When the first small piece of this turn of the loop came. */
  #smallSinceMs: number | undefined;

  constructor(options: TurnsOptions) {
    this.#rest = options.rest;
    this.#waiting = new Waiting("the turn of this request", options.patienceMs);
  }

  /** Pieces that wait. */
  get length(): number {
    return this.#waiting.length;
  }

  /**
   * Resolves when it is the client's turn; what follows before it first waits for something else belongs to the turn.
   * @throws ApiError 429 if it does not come in time
   */
  take(client: Client): Promise<void> {
    const turn = this.#waiting.wait(client);
    this.#next();
    return turn;
  }

  /**
   * The same for a piece of some microseconds; undefined if it need not wait. In a turn of the loop there is a millisecond
   * for all of them, so that a flood of small ones is no more than one large one.
   */
  takeSmall(client: Client): Promise<void> | undefined {
    const nowMs = performance.now();
    if (this.#smallSinceMs === undefined) this.#beginSmall(nowMs);
    return nowMs - this.#smallSinceMs! < smallMs ? undefined : this.take(client);
  }

  #beginSmall(nowMs: number): void {
    this.#smallSinceMs = nowMs;
    setImmediate(() => (this.#smallSinceMs = undefined));
  }

  #next(): void {
    if (this.#isBusy) return;
    const startMs = performance.now();
    if (!this.#waiting.give()) return;
    this.#isBusy = true;
    if (this.#smallSinceMs !== undefined) this.#smallSinceMs = startMs;
    setImmediate(() => {
      const tookMs = performance.now() - startMs;
      if (tookMs < restFromMs) this.#rested();
      else setTimeout(() => this.#rested(), this.#rest * tookMs);
    });
  }

  #rested(): void {
    this.#isBusy = false;
    this.#next();
  }
}
