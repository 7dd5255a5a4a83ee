/** The keyed function of the tokens before, as `assembly/memory/contextHash.ts` computes it. */
import { WATERMARK_CONTEXT } from "../layout.ts";
import { philox, type PhiloxBlock, wordsOf } from "../random/philox.ts";

/** Words of the blocks (context, …) of one watermark and one context. */
export class WatermarkContext {
  readonly #domain: number;
  readonly #keyLow: number;
  readonly #keyHigh: number;
  #context0 = 0;
  #context1 = 0;

  constructor(domain: number, key: number) {
    this.#domain = domain;
    [this.#keyLow, this.#keyHigh] = wordsOf(key);
  }

  /** Hashes the `count` tokens before `end`, or as many as there are. */
  enter(tokenIds: ArrayLike<number>, end: number, count: number): void {
    const first = Math.max(0, end - count);
    let c0 = end - first;
    let c1 = 0;
    for (let i = first; i < end; i++) {
      const counter = (this.#domain << 24) | WATERMARK_CONTEXT;
      [c0, c1] = philox(c0, c1, tokenIds[i]!, counter, this.#keyLow, this.#keyHigh) as unknown as [number, number];
    }
    this.#context0 = c0;
    this.#context1 = c1;
  }

  block(index: number): PhiloxBlock {
    return philox(this.#context0, this.#context1, index, this.#domain << 24, this.#keyLow, this.#keyHigh);
  }
}

/** Whether the `count` tokens before `end` stood before an earlier token from `first` on too. */
export function isContextRepeated(tokenIds: ArrayLike<number>, first: number, end: number, count: number): boolean {
  for (let earlier = Math.max(first, count); earlier < end; earlier++) {
    let i = 1;
    while (i <= count && tokenIds[earlier - i] === tokenIds[end - i]) i++;
    if (i > count) return true;
  }
  return false;
}
