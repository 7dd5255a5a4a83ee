/** An answer ends once: by its last event, an error, or a cancellation, whichever comes first. */
export class OneEnd {
  #isOver = false;

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Runs `action` unless it is over already. */
  end(action: () => void): void {
    if (this.#isOver) return;
    this.#isOver = true;
    action();
  }
}
