/** The sequences of one client: of an API key over HTTP, of a connection over WebSocket. */
import { ApiError } from "../errors/apiError.ts";
import type { SampleSequence } from "./sampleSequence.ts";

export class SampleScope {
  readonly #sequences: Map<number | bigint, SampleSequence> = new Map();

  get count(): number {
    return this.#sequences.size;
  }

  /** The sequence, for the caller alone until it is not busy any more. @throws ApiError */
  take(sequenceId: number | bigint): SampleSequence {
    const sequence = this.#sequences.get(sequenceId);
    if (!sequence) {
      const message = `sequence ${sequenceId} is not open: send "open" with its first row`;
      throw new ApiError(404, message, { code: "unknown_sequence" });
    }
    if (sequence.isBusy) {
      throw new ApiError(409, `sequence ${sequenceId} has a row under way`, { code: "sequence_busy" });
    }
    sequence.isBusy = true;
    return sequence;
  }

  /** @throws ApiError 409 if the id is open. */
  checkFree(sequenceId: number | bigint): void {
    if (!this.#sequences.has(sequenceId)) return;
    const message = `sequence ${sequenceId} is open already: close it, or use another id`;
    throw new ApiError(409, message, { code: "duplicate_sequence_id" });
  }

  add(sequence: SampleSequence): void {
    this.#sequences.set(sequence.sequenceId, sequence);
  }

  /** Forgets the sequence; one with a row under way is freed by its user. */
  close(sequenceId: number | bigint): void {
    const sequence = this.#sequences.get(sequenceId);
    if (!sequence) return;
    this.#sequences.delete(sequenceId);
    if (!sequence.isBusy) sequence.release();
  }

  /** The caller is done with it. */
  giveBack(sequence: SampleSequence): void {
    sequence.isBusy = false;
    sequence.lastUsedMs = performance.now();
    if (this.#sequences.get(sequence.sequenceId) !== sequence) sequence.release();
  }

  /** Forgets what was not used since then. */
  closeOlderThan(ms: number): void {
    for (const [sequenceId, { lastUsedMs, isBusy }] of this.#sequences) {
      if (!isBusy && lastUsedMs < ms) this.close(sequenceId);
    }
  }

  closeAll(): void {
    for (const sequenceId of this.#sequences.keys()) this.close(sequenceId);
  }
}
