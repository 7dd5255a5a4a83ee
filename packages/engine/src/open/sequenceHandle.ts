/** What the owner of an open sequence holds of it. */
import type { SamplerPool } from "@tokenmill/worker-pool";
import { SequenceError } from "../errors.ts";
import type { Scheduler } from "../scheduler/scheduler.ts";
import type { Sequence, SequencePhase } from "../scheduler/sequence.ts";
import { carriedState, type CarriedState, type SequenceSnapshot, takeSnapshot } from "../snapshot/sequenceSnapshot.ts";
import type { SequenceHandle } from "../handle.ts";

export class OpenSequenceHandle implements SequenceHandle {
  readonly #pool: SamplerPool;
  readonly #scheduler: Scheduler;
  readonly #sequence: Sequence;

  constructor(pool: SamplerPool, scheduler: Scheduler, sequence: Sequence) {
    this.#pool = pool;
    this.#scheduler = scheduler;
    this.#sequence = sequence;
  }

  get sequenceId(): number | bigint {
    return this.#sequence.sequenceId;
  }

  get phase(): SequencePhase {
    return this.#sequence.phase;
  }

  get heldBytes(): number {
    return this.#sequence.history ? this.#pool.historyBytes(this.#sequence.capacity) : 0;
  }

  pause(): void {
    this.#scheduler.pause(this.#sequence);
  }

  resume(): void {
    this.#scheduler.resume(this.#sequence);
  }

  cancel(): void {
    this.#scheduler.cancel(this.#sequence);
  }

  snapshot(): SequenceSnapshot {
    this.#checkOpen();
    return takeSnapshot(this.#sequence, this.#pool.vocabSize);
  }

  carried(): CarriedState {
    this.#checkOpen();
    return carriedState(this.#sequence);
  }

  #checkOpen(): void {
    const { phase, sequenceId, position } = this.#sequence;
    if (phase === "ended") {
      throw new SequenceError("unknown_sequence", sequenceId, position, `sequence ${sequenceId} has ended`);
    }
  }
}
