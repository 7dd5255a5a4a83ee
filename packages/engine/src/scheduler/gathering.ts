/** A small batch waits a moment for rows that are about to be done, to go with them. */

/** Longest wait. */
const gatherMs = 20;

export class Gathering {
  readonly #onEnd: () => void;
  #isTimed = false;
  #isOver = false;

  /** @param onEnd called when the longest wait is over */
  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  /** Whether to wait on; the first call begins the wait. */
  goesOn(): boolean {
    if (this.#isOver) return false;
    if (!this.#isTimed) {
      this.#isTimed = true;
      setTimeout(() => {
        this.#isTimed = false;
        this.#isOver = true;
        this.#onEnd();
      }, gatherMs);
    }
    return true;
  }

  /** The batch is on its way. */
  end(): void {
    this.#isOver = false;
  }
}
