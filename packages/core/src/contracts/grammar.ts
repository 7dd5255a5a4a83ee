/** Structured output: who says which tokens may come next. The engine knows no grammar, only these. */

/**
 * What an output has to be: JSON that a schema accepts (an object, `true`, `false`, or JSON text), text of an EBNF grammar,
 * or text that a regular expression matches as a whole.
 */
export type GrammarSpec = { readonly jsonSchema: unknown } | { readonly grammar: string } | { readonly regex: string };

/** One output against one grammar. */
export interface GrammarMatcher {
  /** Whether the output is complete, its end of text included. */
  readonly hasEnded: boolean;
  /** Takes the next token; false, and nothing changes, if the grammar does not allow it there. */
  accept(tokenId: number): boolean;
  /** Writes ⌈vocabSize / 32⌉ words, bit `id & 31` of word `id >> 5` set for tokens that may come next. Clears all when ended. */
  fillMask(words: Int32Array): void;
  /** The matcher must not be used any more. Safe to call twice. */
  release(): void;
}

/** Compiles grammars for one vocabulary. */
export interface GrammarProvider {
  readonly vocabSize: number;
  /** The token that ends every matched output. */
  readonly eosTokenId: number;
  /** A matcher at the beginning of an output. @throws TypeError, RangeError for a grammar that is none. */
  open(spec: GrammarSpec): GrammarMatcher;
}
