/** The sequences of one response: they are paused, resumed and cancelled together. */
import type { OpenSequence } from "./openSequences.ts";

export class SequenceGroup {
  readonly #sequences: OpenSequence[] = [];

  add(sequence: OpenSequence): void {
    this.#sequences.push(sequence);
  }

  pause(): void {
    for (const sequence of this.#sequences) sequence.pause();
  }

  resume(): void {
    for (const sequence of this.#sequences) sequence.resume();
  }

  /** They go on without this response. */
  detach(): void {
    for (const sequence of this.#sequences) sequence.detach();
  }

  cancel(): void {
    for (const sequence of this.#sequences) sequence.cancel();
  }
}
