/** The sessions of one client, by the sequence ids that it gave them. */
import { RowError } from "./rowError.ts";
import type { RowSession } from "./rowSession.ts";

export class SessionTable {
  readonly #sequences: Map<number | bigint, RowSession> = new Map();

  get count(): number {
    return this.#sequences.size;
  }

  /** The sequence, for the caller alone until it is not busy any more. @throws RowError */
  take(sequenceId: number | bigint): RowSession {
    const sequence = this.#sequences.get(sequenceId);
    if (!sequence) {
      const message = `sequence ${sequenceId} is not open: send "open" with its first row`;
      throw new RowError("unknown_sequence", message);
    }
    if (sequence.isBusy) {
      throw new RowError("sequence_busy", `sequence ${sequenceId} has a row in flight`);
    }
    sequence.isBusy = true;
    return sequence;
  }

  /** @throws RowError if the id is open. */
  checkFree(sequenceId: number | bigint): void {
    if (!this.#sequences.has(sequenceId)) return;
    const message = `sequence ${sequenceId} is open already: close it, or use another id`;
    throw new RowError("duplicate_sequence_id", message);
  }

  add(sequence: RowSession): void {
    this.#sequences.set(sequence.sequenceId, sequence);
  }

  /** Forgets the sequence; one with a row in flight is freed by its user. */
  close(sequenceId: number | bigint): void {
    const sequence = this.#sequences.get(sequenceId);
    if (!sequence) return;
    this.#sequences.delete(sequenceId);
    if (!sequence.isBusy) sequence.release();
  }

  /** The caller is done with it. */
  giveBack(sequence: RowSession): void {
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
