/** How many requests of batches are answered at a time: each open sequence of a client takes one of their places, the last aside. */

export class Places {
  readonly #most: number;
  readonly #taken: () => number;
  readonly #waiting: Set<() => void> = new Set();
  #running = 0;

  /**
   * @param most at least 1
   * @param open sequences that are open, those of batches included
   */
  constructor(most: number, open: () => number) {
    this.#most = most;
    this.#taken = () => Math.max(0, open() - this.#running);
  }

  /** Places that nobody has or waits for. */
  get free(): number {
    return Math.max(0, this.#allowed - this.#running - this.#waiting.size);
  }

  /** @throws what the signal says, or `work` throws */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (this.#running >= this.#allowed) await this.#turn(signal);
    else this.#running++;
    try {
      signal.throwIfAborted();
      return await work();
    } finally {
      this.#running--;
      this.#fill();
    }
  }

  get #allowed(): number {
    return Math.max(1, this.#most - this.#taken());
  }

  #fill(): void {
    // Those that start here have no open sequence yet.
    const allowed = this.#allowed;
    for (const start of this.#waiting) {
      if (this.#running >= allowed) return;
      this.#waiting.delete(start);
      this.#running++;
      start();
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        if (this.#waiting.delete(start)) reject(signal.reason as Error);
      };
      const start = (): void => {
        signal.removeEventListener("abort", leave);
        resolve();
      };
      signal.addEventListener("abort", leave, { once: true });
      this.#waiting.add(start);
    });
  }
}
