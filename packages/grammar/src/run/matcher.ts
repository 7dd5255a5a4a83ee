/** One output against one grammar: its tokens, and a number for where it stands after each of them. */
import type { GrammarMatcher } from "@tokenmill/contracts";
import type { GrammarImage } from "../compile/image.ts";
import type { Core } from "./core.ts";
import type { GrammarEngine } from "./engine.ts";
import type { LoadedGrammar } from "./loadedGrammar.ts";

export class Matcher implements GrammarMatcher {
  readonly #engine: GrammarEngine;
  readonly #image: GrammarImage;
  /** The grammar in the core that the places belong to. */
  #grammar!: LoadedGrammar;
  #core: Core | undefined;
  readonly #tokens: number[] = [];
  /** After each number of tokens; the last one is where it stands. */
  #places: number[] = [0];
  #hasEnded = false;

  constructor(engine: GrammarEngine, image: GrammarImage) {
    this.#engine = engine;
    this.#image = image;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Tokens that were accepted, the one that ended the output too. */
  get length(): number {
    return this.#tokens.length;
  }

  /** Takes the next token; false, and nothing changes, if it is not allowed. @throws GrammarBudgetError */
  accept(tokenId: number): boolean {
    if (this.#hasEnded) return false;
    this.#begin();
    const at = this.#places[this.#places.length - 1]!;
    const next = this.#grammar.after(at, tokenId);
    if (next === undefined) {
      if (!this.#grammar.isEnd(tokenId) || !this.#grammar.isComplete(at)) return false;
      this.#hasEnded = true;
    }
    this.#tokens.push(tokenId);
    this.#places.push(next ?? at);
    return true;
  }

  /** Writes the bits of all tokens that may come next. @throws GrammarBudgetError */
  fillMask(words: Int32Array): void {
    if (this.#hasEnded) {
      words.fill(0);
      return;
    }
    this.#begin();
    this.#grammar.fillMask(this.#places[this.#places.length - 1]!, words);
  }

  /** Undoes the last tokens. @throws RangeError for more than were accepted */
  rollback(count: number): void {
    if (!Number.isInteger(count) || count < 0 || count > this.length) {
      throw new RangeError(`"count" expected integer in [0, ${this.length}], got ${count}`);
    }
    if (count === 0) return;
    this.#tokens.length -= count;
    this.#places.length -= count;
    this.#hasEnded = false;
  }

  /** Another matcher for an output that began like this one. */
  fork(): Matcher {
    const matcher = new Matcher(this.#engine, this.#image);
    matcher.#grammar = this.#grammar;
    matcher.#core = this.#core;
    matcher.#tokens.push(...this.#tokens);
    matcher.#places = [...this.#places];
    matcher.#hasEnded = this.#hasEnded;
    return matcher;
  }

  release(): void {
    // all of it is in JavaScript's memory, and goes with its last user
  }

  #begin(): void {
    this.#engine.beginStep();
    if (this.#core !== this.#engine.core) this.#readAgain();
  }

  /** The places of its tokens in the engine's present core. */
  #readAgain(): void {
    const engine = this.#engine;
    // if they do not fit in what others have left, then in a core of their own, or nowhere
    for (let attempt = 0; attempt < 3; attempt++) {
      const { core } = engine;
      const grammar = core.grammar(this.#image);
      const places = [0];
      for (const tokenId of this.#tokens) {
        engine.beginStep();
        if (engine.core !== core) break;
        const at = places[places.length - 1]!;
        places.push(grammar.after(at, tokenId) ?? at);
      }
      if (engine.core !== core) continue;
      this.#grammar = grammar;
      this.#places = places;
      this.#core = core;
      return;
    }
    engine.refuseOutput();
  }
}
