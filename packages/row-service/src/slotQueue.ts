/** Those who wait for a slot. */

export interface SlotQueue<Asker> {
  /** Those that wait; may count some that have given up. */
  readonly length: number;
  /** @throws (later) when the asker has waited long enough */
  wait(asker: Asker): Promise<number>;
  /** Gives the slot to the next one; false if nobody waits. */
  give(slot: number): boolean;
  /** No slot comes any more: all who wait are told why. */
  fail(error: Error): void;
}

/** First come, first served, as long as it takes. */
export class SlotLine implements SlotQueue<unknown> {
  readonly #waiting: { readonly resolve: (slot: number) => void; readonly reject: (error: Error) => void }[] = [];

  get length(): number {
    return this.#waiting.length;
  }

  wait(): Promise<number> {
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  give(slot: number): boolean {
    const next = this.#waiting.shift();
    next?.resolve(slot);
    return next !== undefined;
  }

  fail(error: Error): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
