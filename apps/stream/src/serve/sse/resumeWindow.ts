/**
 * Streams that a client may continue with `Last-Event-ID`. A sequence is a function of its request, its id and the
 * engine's seed, so nothing of its output is kept: it is generated again, and what the client has is left out.
 */

export interface ResumableStream {
  /** Digest of the request's body, which must be the same. */
  readonly bodyDigest: string;
  /** Digest of the API key that opened it. */
  readonly owner: string;
  /** Of its outputs, in the order of their choices. */
  readonly sequenceIds: readonly (number | bigint)[];
}

interface Entry extends ResumableStream {
  lastMs: number;
}

const mostEntries = 65_536;

export class ResumeWindow {
  readonly #windowMs: number;
  /** By the sequence of each output, oldest first. */
  readonly #entries: Map<number | bigint, Entry> = new Map();

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** Says that the stream is alive: the window begins anew. */
  touch(stream: ResumableStream): void {
    const entry = { ...stream, lastMs: performance.now() };
    for (const sequenceId of stream.sequenceIds) {
      this.#entries.delete(sequenceId);
      this.#entries.set(sequenceId, entry);
    }
    this.#dropOld();
  }

  find(sequenceId: number | bigint): ResumableStream | undefined {
    this.#dropOld();
    return this.#entries.get(sequenceId);
  }

  #dropOld(): void {
    const oldest = performance.now() - this.#windowMs;
    for (const [sequenceId, { lastMs }] of this.#entries) {
      if (lastMs >= oldest && this.#entries.size <= mostEntries) return;
      this.#entries.delete(sequenceId);
    }
  }
}
