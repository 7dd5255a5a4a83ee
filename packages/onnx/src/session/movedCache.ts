/**
 * Keys and values for graphs as optimum exports them: all of them go into each run and come out with the new ones, slot by
 * slot, so that a step gets slower with every token.
 */
import type { StepItem } from "@tokenmill/contracts";
import { type GraphRunner, runAlone } from "./graphRunner.ts";
import type { KvCache } from "./kvCache.ts";
import type { Tensor, Values } from "./runtime.ts";

export class MovedCache implements KvCache {
  readonly #runner: GraphRunner;
  /** By input name. Tensors are not changed: slots may have some in common. */
  readonly #slots: Values[];

  constructor(runner: GraphRunner, sequences: number) {
    this.#runner = runner;
    this.#slots = Array.from({ length: sequences }, () => this.#first({}, 0));
  }

  async step(items: readonly StepItem[]): Promise<void> {
    const { keyValues } = this.#runner.facts;
    const fetches = Object.fromEntries(keyValues.map(({ present }) => [present, null]));
    const after = new Map<number, Values>();
    for (const item of items) {
      const output = await runAlone(this.#runner, item, this.#slots[item.slot]!, fetches);
      after.set(item.slot, Object.fromEntries(keyValues.map(({ past, present }) => [past, output[present]!])));
    }
    for (const [slot, values] of after) this.#slots[slot] = values;
  }

  truncate(slot: number, length: number): void {
    this.#slots[slot] = this.#first(this.#slots[slot]!, length);
  }

  fork(from: number, to: number, length: number): void {
    this.#slots[to] = this.#first(this.#slots[from]!, length);
  }

  /** The keys and values of the first `length` tokens. */
  #first(values: Values, length: number): Values {
    const { keyValues } = this.#runner.facts;
    return Object.fromEntries(keyValues.map(({ past }) => [past, this.#firstOf(values[past], length)]));
  }

  #firstOf(tensor: Tensor | undefined, length: number): Tensor {
    const { heads, headSize } = this.#runner.facts;
    const cachedLength = tensor?.dims[2] ?? 0;
    if (tensor && cachedLength === length) return tensor;
    const kept = new Float32Array(heads * length * headSize);
    for (let head = 0; head < heads && length > 0; head++) {
      const start = head * cachedLength * headSize;
      kept.set((tensor!.data as Float32Array).subarray(start, start + length * headSize), head * length * headSize);
    }
    return this.#runner.floats(kept, [1, heads, length, headSize]);
  }
}
