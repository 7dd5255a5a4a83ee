/** First in, first out, with O(1) removal anywhere: a list through the sequences themselves. */
import type { Sequence } from "./sequence.ts";

/** A sequence may stand in one queue at a time. */
export class SequenceQueue {
  #first: Sequence | undefined;
  #last: Sequence | undefined;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  get first(): Sequence | undefined {
    return this.#first;
  }

  get last(): Sequence | undefined {
    return this.#last;
  }

  push(sequence: Sequence): void {
    sequence.previous = this.#last;
    if (this.#last) this.#last.next = sequence;
    else this.#first = sequence;
    this.#last = sequence;
    this.#length++;
  }

  shift(): Sequence | undefined {
    const first = this.#first;
    if (first) this.remove(first);
    return first;
  }

  /** @param sequence must stand in this queue. */
  remove(sequence: Sequence): void {
    const { previous, next } = sequence;
    if (previous) previous.next = next;
    else this.#first = next;
    if (next) next.previous = previous;
    else this.#last = previous;
    sequence.previous = undefined;
    sequence.next = undefined;
    this.#length--;
  }
}
