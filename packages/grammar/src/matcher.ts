/** One output against one compiled grammar. */
import type { GrammarMatcher } from "@tokenmill/core";
import type { Binding, Handle, MatcherHandle } from "./binding.ts";

export class Matcher implements GrammarMatcher {
  readonly #binding: Binding;
  readonly #handle: MatcherHandle;
  readonly #vocabSize: number;
  readonly #releaseGrammar: () => void;
  #isReleased = false;

  constructor(binding: Binding, grammar: Handle, vocabSize: number, releaseGrammar: () => void) {
    this.#binding = binding;
    this.#handle = new binding.GrammarMatcher(grammar, undefined, false, -1);
    this.#vocabSize = vocabSize;
    this.#releaseGrammar = releaseGrammar;
  }

  get hasEnded(): boolean {
    return this.#handle.IsTerminated();
  }

  accept(tokenId: number): boolean {
    if (this.hasEnded || !Number.isInteger(tokenId) || tokenId < 0 || tokenId >= this.#vocabSize) return false;
    return this.#handle.AcceptToken(tokenId, false);
  }

  fillMask(words: Int32Array): void {
    if (this.hasEnded) {
      words.fill(0);
      return;
    }
    const vector = this.#handle.GetNextTokenBitmask(this.#vocabSize);
    words.set(this.#binding.vecIntToView(vector));
    vector.delete();
  }

  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#handle.delete();
    this.#releaseGrammar();
  }
}
