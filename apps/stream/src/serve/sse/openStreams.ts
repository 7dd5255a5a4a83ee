/** Streams that are under way. One that goes on elsewhere ends here: its connection may not be known to be dead yet. */

export class OpenStreams {
  /** By number: how to end it. */
  readonly #ends: Map<string, () => void> = new Map();

  /** Ends the stream of that number if there is one. */
  end(stream: string): void {
    this.#ends.get(stream)?.();
  }

  /** The function that says that the stream has ended; safe to call twice. */
  enter(stream: string, end: () => void): () => void {
    this.#ends.set(stream, end);
    return () => {
      if (this.#ends.get(stream) === end) this.#ends.delete(stream);
    };
  }
}
