/** One output against one grammar: a number for where it stands after each of its tokens. */
import type { GrammarMatcher } from "@tokenmill/core";
import type { LoadedGrammar } from "./loadedGrammar.ts";

export class Matcher implements GrammarMatcher {
  readonly #grammar: LoadedGrammar;
  /** After each number of tokens; the last one is where it stands. */
  #places: number[];
  #hasEnded = false;

  constructor(grammar: LoadedGrammar, places: readonly number[] = [0], hasEnded = false) {
    this.#grammar = grammar;
    this.#places = [...places];
    this.#hasEnded = hasEnded;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Tokens that were accepted, the one that ended the output too. */
  get length(): number {
    return this.#places.length - 1;
  }

  accept(tokenId: number): boolean {
    if (this.#hasEnded) return false;
    const at = this.#places.at(-1)!;
    const next = this.#grammar.after(at, tokenId);
    if (next === undefined) {
      if (!this.#grammar.isEnd(tokenId) || !this.#grammar.isComplete(at)) return false;
      this.#hasEnded = true;
    }
    this.#places.push(next ?? at);
    return true;
  }

  fillMask(words: Int32Array): void {
    if (this.#hasEnded) words.fill(0);
    else this.#grammar.fillMask(this.#places.at(-1)!, words);
  }

  /** Takes back the last tokens. @throws RangeError for more than were accepted */
  rollback(count: number): void {
    if (!Number.isInteger(count) || count < 0 || count > this.length) {
      throw new RangeError(`"count" expected integer in [0, ${this.length}], got ${count}`);
    }
    if (count === 0) return;
    this.#places.length -= count;
    this.#hasEnded = false;
  }

  /** Another matcher for an output that began like this one. */
  fork(): Matcher {
    return new Matcher(this.#grammar, this.#places, this.#hasEnded);
  }

  release(): void {
    // everything is in JavaScript's memory, and goes with its last user
  }
}
