/** How long the loop of tokens keeps the event loop to itself. */
import { giveWay } from "./giveWay.ts";

/** The loop gives way to timers and sockets at least that often, as long as observers return quickly. */
const longestTurnMs = 4;
/** Tokens between two looks at the clock. */
const clockInterval = 64;

export class LoopClock {
  #turnEndMs: number = performance.now() + longestTurnMs;

  /** Whether it is time to give way, after `count` of `total` tokens. */
  isTurnOver(count: number, total: number): boolean {
    return (count % clockInterval === 0 || count === total) && performance.now() >= this.#turnEndMs;
  }

  async giveWay(): Promise<void> {
    await giveWay();
    this.#turnEndMs = performance.now() + longestTurnMs;
  }
}
