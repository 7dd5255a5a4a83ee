/**
 * A queue of work that blocks the event loop: one piece at a time, round robin over clients. After a long piece the queue rests
 * for a multiple of its time, so that whatever is asked for, most of the loop's time is for the streams that are open.
 */
import type { Client } from "./client.ts";
import { Waiting } from "./waiting.ts";

/** Smaller bodies are not queued; a body of that size takes about a millisecond. */
export const largeBodyBytes: number = 32 * 1024;
/** After a shorter piece the next one runs in the next iteration of the loop. */
const restFromMs = 2;
/** Budget for small pieces in an iteration of the loop. */
const smallMs = 1;

export interface WorkQueueOptions {
  /** Rest after a piece, in multiples of the time that it took. */
  readonly restFactor: number;
  /** Longest time in the queue; Infinity: no limit. */
  readonly timeoutMs: number;
}

export class WorkQueue {
  readonly #restFactor: number;
  readonly #waiting: Waiting<void>;
  #isBusy = false;
  /** When the first small piece of this iteration of the loop came. */
  #smallSinceMs: number | undefined;

  constructor(options: WorkQueueOptions) {
    this.#restFactor = options.restFactor;
    this.#waiting = new Waiting("the turn of this request", options.timeoutMs);
  }

  /** Pieces in the queue. */
  get length(): number {
    return this.#waiting.length;
  }

  /**
   * Resolves when the client's piece is to run: what the caller does synchronously after it is the piece.
   * @throws ApiError 429 after the timeout
   */
  enter(client: Client): Promise<void> {
    const entered = this.#waiting.wait(client);
    this.#next();
    return entered;
  }

  /**
   * The same for a piece of some microseconds; undefined if it may run at once. All of them share a budget of a millisecond in
   * an iteration of the loop, so that a flood of small ones costs no more than one large one.
   */
  enterSmall(client: Client): Promise<void> | undefined {
    const nowMs = performance.now();
    if (this.#smallSinceMs === undefined) this.#beginSmall(nowMs);
    return nowMs - this.#smallSinceMs! < smallMs ? undefined : this.enter(client);
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
      else setTimeout(() => this.#rested(), this.#restFactor * tookMs);
    });
  }

  #rested(): void {
    this.#isBusy = false;
    this.#next();
  }
}
