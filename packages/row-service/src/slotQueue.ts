/** Those who wait for a slot. */

export interface SlotQueue<Asker> {
  /** Those that wait; may count some that have given up. */
  readonly length: number;
  /** @throws (later) when the asker has waited long enough */
  wait(asker: Asker): Promise<number>;
  /** Gives the slot to the next one; false if nobody waits. */
  give(slot: number): boolean;
}

/** First come, first served, as long as it takes. */
export class SlotLine implements SlotQueue<unknown> {
  readonly #waiting: ((slot: number) => void)[] = [];

  get length(): number {
    return this.#waiting.length;
  }

  wait(): Promise<number> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  give(slot: number): boolean {
    const next = this.#waiting.shift();
    next?.(slot);
    return next !== undefined;
  }
}
