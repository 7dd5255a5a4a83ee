/** What the owner of an open sequence may do with it. */
import type { SequencePhase } from "./scheduler/sequence.ts";
import type { CarriedState, SequenceSnapshot } from "./snapshot/sequenceSnapshot.ts";

/** Control of one open sequence. All methods may be called from inside the observer. */
export interface SequenceHandle {
  /** As given or assigned; a number where it is a safe integer. */
  readonly sequenceId: number | bigint;
  readonly phase: SequencePhase;
  /** Shared memory of its history, paused or not; 0 before its admission and after its end. */
  readonly heldBytes: number;
  /** Its rows are not scheduled any more; the event of one in flight is still delivered. */
  pause(): void;
  resume(): void;
  /** Ends the sequence; nothing more is delivered. Its slot is free when the row in flight is done. */
  cancel(): void;
  /** The resume record as of the last event. @throws SequenceError `unknown_sequence` when it has ended. */
  snapshot(): SequenceSnapshot;
  /**
   * What `snapshot` holds besides the request and the output ids: short, whatever the length of the sequence.
   * @throws as `snapshot` does
   */
  carried(): CarriedState;
}
