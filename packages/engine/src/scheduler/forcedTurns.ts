/** Sequences whose next token comes whatever its row says: they take it without a row, and take turns with others' rows. */
import type { RowResults } from "./rowResults.ts";
import type { Sequence } from "./sequence.ts";

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

  /** A turn for each. Whether some are to have another one. */
  takeTurns(results: RowResults): boolean {
    for (const sequence of [...this.#sequences]) {
      // one before it may have ended it
      if (this.#sequences.delete(sequence)) results.takeForced(sequence, mostTokens);
    }
    return this.#sequences.size > 0;
  }
}
