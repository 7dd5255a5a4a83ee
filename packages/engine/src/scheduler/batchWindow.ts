/** The batching window: a small batch waits for rows that are about to be done, to be filled with them. */

/** Longest window. */
const windowMs = 20;

export class BatchWindow {
  readonly #onEnd: () => void;
  #isTimed = false;
  #isOver = false;

  /** @param onEnd called when the window closes */
  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  /** Whether to wait on; the first call opens the window. */
  isOpen(): boolean {
    if (this.#isOver) return false;
    if (!this.#isTimed) {
      this.#isTimed = true;
      setTimeout(() => {
        this.#isTimed = false;
        this.#isOver = true;
        this.#onEnd();
      }, windowMs);
    }
    return true;
  }

  /** The batch is being filled. */
  end(): void {
    this.#isOver = false;
  }
}
