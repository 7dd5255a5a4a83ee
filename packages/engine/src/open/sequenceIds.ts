/** Which id a new sequence gets. */
import { SequenceError } from "../errors.ts";

export class SequenceIds {
  readonly #open: ReadonlyMap<number | bigint, unknown>;
  /** The first number that no sequence was given yet. */
  next = 0;

  /** @param open what is open, by id */
  constructor(open: ReadonlyMap<number | bigint, unknown>) {
    this.#open = open;
  }

  /** The id asked for, or the next number that no open sequence has. @throws SequenceError `duplicate_sequence_id` */
  claim(wanted: number | bigint | undefined): number | bigint {
    if (wanted === undefined) {
      while (this.#open.has(this.next)) this.next++;
      return this.next++;
    }
    if (this.#open.has(wanted)) {
      const message = `sequence ${wanted} is open already: wait for its end, cancel it, or use another sequenceId`;
      throw new SequenceError("duplicate_sequence_id", wanted, 0, message);
    }
    return wanted;
  }
}
