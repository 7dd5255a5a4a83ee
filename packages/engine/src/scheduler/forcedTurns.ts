/** Sequences whose next token comes whatever its row says: they take it without a row, and take turns with others' rows. */
import { coalesced } from "./coalesced.ts";
import type { RowResults } from "./rowResults.ts";
import type { Sequence } from "./sequence.ts";
import { TimeSlice } from "./timeSlice.ts";

/** Tokens that one takes before others have a turn. */
const mostTokens = 64;

export class ForcedTurns {
  readonly #sequences = new Set<Sequence>();
  readonly #againLater: () => void;

  /** @param again called when those that are left are to have another turn: the event loop was yielded to */
  constructor(again: () => void) {
    this.#againLater = coalesced(again, setImmediate);
  }

  /** Whether the sequence takes tokens without rows next. */
  takes(sequence: Sequence): boolean {
    if (!sequence.isForced) {
      // its observer may have made it pause and go on while there was more to force
      this.#sequences.delete(sequence);
      return false;
    }
    sequence.phase = "paused";
    this.#sequences.add(sequence);
    return true;
  }

  remove(sequence: Sequence): void {
    this.#sequences.delete(sequence);
  }

  /** A turn for each, as long as the slice of time lasts. */
  takeTurns(results: RowResults): void {
    const slice = new TimeSlice();
    for (const sequence of [...this.#sequences]) {
      // one before it may have ended it
      if (!this.#sequences.delete(sequence)) continue;
      results.takeForced(sequence, mostTokens);
      if (slice.isOver(mostTokens, mostTokens)) break;
    }
    if (this.#sequences.size > 0) this.#againLater();
  }
}
