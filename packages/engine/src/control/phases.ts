/** Where the phases of an output begin: by its place, its thinking, or what its last tokens complete. */
import type { Tokenizer } from "@tokenmill/core";
import { endsWith, type Tag, type TagText } from "./tags.ts";
import type { ThinkingState } from "./thinking.ts";

/** What begins a phase: thinking, its end, a place of the output, or what the output ends with. */
export type PhaseBegin = "thinking" | "answer" | number | Tag;

const noBytes = new Uint8Array(0);

export class Phases {
  readonly #begins: readonly PhaseBegin[];
  readonly #promptLength: number;
  readonly #bytesOf: (tokenId: number) => Uint8Array;

  /** @param tokenizer of begins that are text */
  constructor(begins: readonly PhaseBegin[], promptLength: number, tokenizer: Tokenizer | undefined) {
    this.#begins = begins;
    this.#promptLength = promptLength;
    this.#bytesOf = (tokenId) => tokenizer?.tokenBytes(tokenId) ?? noBytes;
  }

  /**
   * The last of the phases that begin with the last of the first `length` ids, or, where these are the prompt, at once.
   * Undefined: none. `before`, `after`: thinking, without that token and with it.
   */
  begunBy(
    tokenIds: ArrayLike<number>,
    length: number,
    before: ThinkingState,
    after: ThinkingState,
  ): number | undefined {
    const text: TagText = { tokenIds, length, bytesOf: this.#bytesOf };
    const place = length - this.#promptLength;
    const last = this.#begins.findLastIndex((begin) => {
      if (begin === "thinking") return before === undefined && after !== undefined;
      if (begin === "answer") return before !== undefined && after === undefined;
      return typeof begin === "number" ? begin === place : place > 0 && endsWith(begin, text, this.#promptLength);
    });
    return last < 0 ? undefined : last;
  }
}
