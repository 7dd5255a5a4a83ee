/** How long tokens are committed before the event loop is yielded to. */
import { yieldToEventLoop } from "./yieldToEventLoop.ts";

/** Longest slice, as long as observers return quickly. */
const sliceMs = 4;
/** Tokens between two looks at the clock. */
const clockInterval = 64;

export class TimeSlice {
  #endMs: number = performance.now() + sliceMs;

  /** Whether it is time to yield, after `count` of `total` tokens. */
  isOver(count: number, total: number): boolean {
    return (count % clockInterval === 0 || count === total) && performance.now() >= this.#endMs;
  }

  /** Yields, and begins the next slice. */
  async renew(): Promise<void> {
    await yieldToEventLoop();
    this.#endMs = performance.now() + sliceMs;
  }
}
