/**
 * Keys and values for graphs with GroupQueryAttention: one buffer `[slots, heads, contextTokens, headSize]` a layer, which is
 * past and present at once. Slots that need one token each are computed together, however long they are; a chunk of a
 * prompt alone, on its slot's part of the buffers. Nothing is moved between steps.
 */
import type { StepItem } from "@tokenmill/contracts";
import { type GraphRunner, runAlone } from "./graphRunner.ts";
import type { KvCache } from "./kvCache.ts";
import type { Tensor, Values } from "./runtime.ts";

export interface SharedCacheOptions {
  readonly sequences: number;
  readonly contextTokens: number;
}

export class SharedCache implements KvCache {
  readonly #runner: GraphRunner;
  readonly #contextTokens: number;
  /** In the order of `keyValues`. */
  readonly #buffers: readonly Float32Array[];
  readonly #slotElements: number;
  readonly #logits: Float32Array;
  /** Tokens that each slot holds. */
  readonly #lengths: number[];

  constructor(runner: GraphRunner, { sequences, contextTokens }: SharedCacheOptions) {
    const { keyValues, heads, headSize, vocabSize } = runner.facts;
    this.#runner = runner;
    this.#contextTokens = contextTokens;
    this.#slotElements = heads * contextTokens * headSize;
    this.#buffers = keyValues.map(() => new Float32Array(sequences * this.#slotElements));
    this.#logits = new Float32Array(sequences * vocabSize);
    this.#lengths = new Array<number>(sequences).fill(0);
  }

  async step(items: readonly StepItem[]): Promise<void> {
    const before = [...this.#lengths];
    try {
      for (const item of items.filter(({ tokenIds }) => tokenIds.length > 1)) {
        await this.#runPrompt(item);
        this.#lengths[item.slot] = item.position + item.tokenIds.length;
      }
      const decoding = items.filter(({ tokenIds }) => tokenIds.length === 1);
      for (const { first, last } of this.#ranges(decoding)) await this.#runDecode(decoding, first, last);
      for (const { slot, position } of decoding) this.#lengths[slot] = position + 1;
    } catch (error) {
      before.forEach((length, slot) => (this.#lengths[slot] = length));
      throw error;
    }
  }

  truncate(slot: number, length: number): void {
    this.#lengths[slot] = length;
  }

  fork(from: number, to: number, length: number): void {
    const { heads, headSize } = this.#runner.facts;
    const headElements = this.#contextTokens * headSize;
    for (const buffer of this.#buffers) {
      for (let head = 0; head < heads; head++) {
        const start = from * this.#slotElements + head * headElements;
        buffer.copyWithin(to * this.#slotElements + head * headElements, start, start + length * headSize);
      }
    }
    this.#lengths[to] = length;
  }

  async #runPrompt(item: StepItem): Promise<void> {
    const { past, present } = this.#tensors(item.slot, item.slot);
    await runAlone(this.#runner, item, past, present);
  }

  /** One token of each slot from `first` to `last`: one that is idle writes behind its tokens, which is never read. */
  async #runDecode(items: readonly StepItem[], first: number, last: number): Promise<void> {
    const rows = last - first + 1;
    const { vocabSize } = this.#runner.facts;
    const tokenIds = new Int32Array(rows);
    const inRange = items.filter(({ slot }) => slot >= first && slot <= last);
    for (const item of inRange) tokenIds[item.slot - first] = item.tokenIds[0]!;
    const { past, present } = this.#tensors(first, last);
    const logits = this.#runner.floats(this.#logits.subarray(0, rows * vocabSize), [rows, 1, vocabSize]);
    const positions = this.#lengths.slice(first, last + 1);
    await this.#runner.run({ tokenIds, rows, tokens: 1, positions }, past, { ...present, logits });
    for (const item of inRange) {
      const row = item.slot - first;
      for (const { target } of item.rows) target.set(this.#logits.subarray(row * vocabSize, (row + 1) * vocabSize));
    }
  }

  /** Neighbouring slots around the items', without idle ones that are full. */
  #ranges(items: readonly StepItem[]): { first: number; last: number }[] {
    const slots = items.map(({ slot }) => slot).sort((a, b) => a - b);
    const ranges: { first: number; last: number }[] = [];
    for (const slot of slots) {
      const range = ranges.at(-1);
      const between = range ? this.#lengths.slice(range.last + 1, slot) : [];
      if (range && between.every((length) => length < this.#contextTokens)) range.last = slot;
      else ranges.push({ first: slot, last: slot });
    }
    return ranges;
  }

  #tensors(first: number, last: number): { past: Values; present: Record<string, Tensor | null> } {
    const { keyValues, heads, headSize } = this.#runner.facts;
    const dims = [last - first + 1, heads, this.#contextTokens, headSize];
    const past: Values = {};
    const present: Record<string, Tensor | null> = {};
    keyValues.forEach((names, i) => {
      const part = this.#buffers[i]!.subarray(first * this.#slotElements, (last + 1) * this.#slotElements);
      const tensor = this.#runner.floats(part, dims);
      past[names.past] = tensor;
      present[names.present] = tensor;
    });
    return { past, present };
  }
}
