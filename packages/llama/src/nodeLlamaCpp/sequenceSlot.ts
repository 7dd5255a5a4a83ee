/**
 * A slot of the contract over a sequence of node-llama-cpp. The contract forgets and forks at once, the runtime only later and
 * not at all: the slot knows what it is to hold, and the next step makes it so.
 */
import type { StepItem } from "@tokenmill/contracts";
import type { RowGiven, RowWanted, Sequence } from "./runtime.ts";

export class SequenceSlot {
  readonly #sequence: Sequence;
  /** What the slot is to hold. */
  #tokenIds: number[] = [];
  /** The first of them, whose keys and values the sequence holds. */
  #computedLength = 0;

  constructor(sequence: Sequence) {
    this.#sequence = sequence;
  }

  truncate(length: number): void {
    this.#tokenIds.length = Math.min(this.#tokenIds.length, length);
    this.#computedLength = Math.min(this.#computedLength, length);
  }

  /** The runtime cannot copy keys and values between sequences: the next step computes them again. */
  fork(from: SequenceSlot, length: number): void {
    this.#tokenIds = from.#tokenIds.slice(0, length);
    this.#computedLength = 0;
  }

  /** Makes the sequence forget what the slot is not to hold. */
  async align(): Promise<void> {
    const { nextTokenIndex } = this.#sequence;
    if (nextTokenIndex === this.#computedLength) return;
    await this.#sequence.eraseContextTokenRanges([{ start: this.#computedLength, end: nextTokenIndex }]);
  }

  /** The rows of the item, in its order. The slot is to hold its tokens when the whole step is done: `append`. */
  async evaluate({ tokenIds, rows }: StepItem, wanted: RowWanted): Promise<RowGiven[]> {
    const missing: (number | readonly [number, RowWanted])[] = this.#tokenIds.slice(this.#computedLength);
    const start = missing.length;
    for (const tokenId of tokenIds) missing.push(tokenId);
    for (const { index } of rows) missing[start + index] = [tokenIds[index]!, wanted];
    const given = await this.#sequence.controlledEvaluate(missing);
    return rows.map(({ index }) => given[start + index]!);
  }

  append(tokenIds: Int32Array): void {
    for (const tokenId of tokenIds) this.#tokenIds.push(tokenId);
    this.#computedLength = this.#tokenIds.length;
  }

  /** After a failure nobody knows what the sequence holds: all is computed again. */
  async reset(): Promise<void> {
    this.#computedLength = 0;
    await this.#sequence.clearHistory();
  }
}
