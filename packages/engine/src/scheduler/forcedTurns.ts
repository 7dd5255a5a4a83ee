/** Sequences whose next token comes whatever its row says: they take it without a row, and take turns with others' rows. */
import type { RowResults } from "./rowResults.ts";
import type { Sequence } from "./sequence.ts";
import { TimeSlice } from "./timeSlice.ts";

/** Tokens that one takes before others have a turn. */
const mostTokens = 64;

export class ForcedTurns {
  readonly #sequences = new Set<Sequence>();

  add(sequence: Sequence): void {
    this.#sequences.add(sequence);
  }

  remove(sequence: Sequence): void {
    this.#sequences.delete(sequence);
  }

  /** A turn for each, as long as the slice of time lasts. Whether some are to have another one, once the event loop was yielded to. */
  takeTurns(results: RowResults): boolean {
    const slice = new TimeSlice();
    for (const sequence of [...this.#sequences]) {
      // one before it may have ended it
      if (!this.#sequences.delete(sequence)) continue;
      results.takeForced(sequence, mostTokens);
      if (slice.isOver(mostTokens, mostTokens)) break;
    }
    return this.#sequences.size > 0;
  }
}
