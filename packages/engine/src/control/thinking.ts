/**
 * How long an output may think (vLLM's `thinking_token_budget`, the machine is llama.cpp's reasoning budget): tokens behind a start
 * tag count; with the last that is allowed, or once its character is whole, the end is forced token by token, from where the
 * output has begun it by itself. Tags and what is forced do not count. A new start tag has the whole budget again.
 */
import type { Tokenizer } from "@tokenmill/core";
import { begun, endsInCharacter, endsWith, restOf, type Tag, type TagText } from "./tags.ts";

export interface ThinkingRule {
  /** Most tokens between the tags; Infinity: any number. */
  readonly budget: number;
  readonly start: Tag;
  /** What ends it, wherever it comes from; the first is forced unless `forcedEnd` is given. */
  readonly ends: readonly Tag[];
  /** What is forced: a message, and an end. */
  readonly forcedEnd: readonly number[];
  /** Whether the prompt leaves it open. Absent: by the tags in the prompt. */
  readonly isOpen: boolean | undefined;
}

/** Where in the ids thinking has begun, behind its start tag; undefined outside. A function of prompt and output. */
export type ThinkingState = number | undefined;

/** What a token leads to: whether thinking goes on, and what is forced behind it. */
export interface ThinkingStep {
  readonly state: ThinkingState;
  readonly forced: readonly number[];
}

export class Thinking {
  readonly #rule: ThinkingRule;
  readonly #tokenizer: Tokenizer | undefined;
  readonly #bytesOf = (tokenId: number): Uint8Array => this.#tokenizer?.tokenBytes(tokenId) ?? noBytes;

  /** @param tokenizer of tags and ends that are text */
  constructor(rule: ThinkingRule, tokenizer: Tokenizer | undefined) {
    this.#rule = rule;
    this.#tokenizer = tokenizer;
  }

  /** Behind the prompt. */
  begin(prompt: ArrayLike<number>): ThinkingStep {
    const { isOpen } = this.#rule;
    let state: ThinkingState;
    if (isOpen !== false) {
      const text = this.#text(prompt, 0);
      while (++text.length <= prompt.length) state = this.#move(state, text);
      if (isOpen) state ??= prompt.length;
    }
    return { state, forced: this.#forcedAt(state, this.#text(prompt)) };
  }

  /** After the last of the first `length` ids. */
  next(before: ThinkingState, tokenIds: ArrayLike<number>, length: number): ThinkingStep {
    const text = this.#text(tokenIds, length);
    const state = this.#move(before, text);
    return { state, forced: this.#forcedAt(state, text) };
  }

  #move(state: ThinkingState, text: TagText): ThinkingState {
    const { start, ends } = this.#rule;
    if (state === undefined) return endsWith(start, text, 0) ? text.length : undefined;
    return ends.some((end) => endsWith(end, text, state)) ? undefined : state;
  }

  #forcedAt(state: ThinkingState, text: TagText): readonly number[] {
    if (state === undefined) return [];
    const { budget, ends, forcedEnd } = this.#rule;
    if (text.length - state < budget || endsInCharacter(text, state)) return [];
    for (const end of ends) {
      const count = begun(end, text, state);
      if (count > 0) return restOf(end, count, this.#tokenizer);
    }
    return forcedEnd;
  }

  #text(tokenIds: ArrayLike<number>, length: number = tokenIds.length): TagText & { length: number } {
    return { tokenIds, length, bytesOf: this.#bytesOf };
  }
}

const noBytes = new Uint8Array(0);
