/** Streams that are under way. One that goes on elsewhere ends here: its connection may not be known to be dead yet. */

export class OpenStreams {
  /** By name: how to end it. */
  readonly #ends: Map<string, () => void> = new Map();

  /** Ends the stream of that name if there is one. */
  end(name: string): void {
    this.#ends.get(name)?.();
  }

  /** The function that says that the stream has ended; safe to call twice. */
  enter(name: string, end: () => void): () => void {
    this.#ends.set(name, end);
    return () => {
      if (this.#ends.get(name) === end) this.#ends.delete(name);
    };
  }
}
