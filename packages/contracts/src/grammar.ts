/** Structured output: who says which tokens may come next. The engine knows no grammar, only these. */
import type { SearchPattern, TextAutomaton } from "./textAutomaton.ts";

/**
 * What an output has to be: JSON that a schema accepts (an object, `true`, `false`, or JSON text); text of a grammar in EBNF
 * (from its rule `root`) or Lark (from `start`); text that a regular expression matches as a whole; one of some texts; or free
 * text with structural tags in it (an object, or JSON text of one).
 */
export type GrammarSpec =
  | { readonly jsonSchema: unknown }
  | { readonly grammar: string }
  | { readonly regex: string }
  | { readonly choice: readonly string[] }
  | { readonly structuralTag: unknown };

/** Names of the forms that constrain an output. */
export const grammarForms = ["jsonSchema", "grammar", "regex", "choice", "structuralTag"] as const;
export type GrammarForm = (typeof grammarForms)[number];

/** One output against one grammar. */
export interface GrammarMatcher {
  /** Whether the output is complete, its end of text included. */
  readonly hasEnded: boolean;
  /** Tokens that were accepted. */
  readonly length: number;
  /** Takes the next token; false, and nothing changes, if the grammar does not allow it there. */
  accept(tokenId: number): boolean;
  /** Writes ⌈vocabSize / 32⌉ words, bit `id & 31` of word `id >> 5` set for tokens that may come next. Clears all when ended. */
  fillMask(words: Int32Array): void;
  /** Removes the last tokens. @throws RangeError for more than were accepted */
  rollback(count: number): void;
  /** Another matcher for an output that began like this one. */
  fork(): GrammarMatcher;
  /** The matcher must not be used any more. Safe to call twice. */
  release(): void;
}

/** A compiled grammar, kept as long as somebody has it. */
export interface CompiledGrammar {
  /** What mask fillers are given; cloneable, and one object for equal specs that are in use. */
  readonly image: GrammarImageData;
  /** It must not be used any more. Safe to call twice. */
  release(): void;
}

/** Of what is inside only its provider and mask filler know. */
export interface GrammarImageData {
  /** About how much memory it takes. */
  readonly sizeBytes: number;
}

export interface GrammarCompileOptions {
  /** Who asks: owners that wait are served round-robin. Absent: all such are one owner. */
  readonly owner?: string;
  /** Aborted: nobody waits any more. */
  readonly signal?: AbortSignal;
}

export interface SearchCompileOptions extends GrammarCompileOptions {
  /** What messages call the list of patterns. Absent: `patterns`. */
  readonly param?: string;
}

/** Compiles grammars for one vocabulary. */
export interface GrammarProvider {
  readonly vocabSize: number;
  /** The token that ends every matched output. */
  readonly eosTokenId: number;
  /** File URL of a built ES module that exports `createMaskFiller: CreateMaskFiller`, and its (cloneable) options. */
  readonly maskFiller: MaskFillerModule;
  /**
   * Compiles off the calling thread, within a budget; equal specs are compiled once.
   * @throws TypeError, RangeError for a grammar that is none, or takes too much (then with the code `grammar_budget`)
   */
  compile(spec: GrammarSpec, options?: GrammarCompileOptions): Promise<CompiledGrammar>;
  /** Compiles, and gives a matcher at the beginning of an output, on the calling thread. @throws as `compile` does */
  open(spec: GrammarSpec, options?: GrammarCompileOptions): Promise<GrammarMatcher>;
  /**
   * Compiles patterns that text is searched for, as `compile` does. Absent: the provider knows no regular expressions.
   * @throws TypeError, RangeError for a pattern that is none, matches the empty text, or looks further than at the characters
   *   beside the match; for patterns that take too much (then with the code `grammar_budget`)
   */
  compileSearch?(patterns: readonly SearchPattern[], options?: SearchCompileOptions): Promise<TextAutomaton>;
  /** Ends what compiles. Safe to call twice. */
  close(): Promise<void>;
}

export interface MaskFillerModule {
  readonly moduleUrl: string;
  readonly options: unknown;
}

/** Fills masks next to the rows, on whichever thread does them. */
export interface MaskFiller {
  /**
   * Writes ⌈vocabSize / 32⌉ words: what may follow the output's tokens so far.
   * @param output distinct for each output; the filler remembers how far it has read some of them
   * @throws Error if the grammar does not allow the tokens, or the mask takes too much work: that row fails
   */
  fill(image: GrammarImageData, output: number, tokenIds: Int32Array, words: Int32Array): void;
}

/** The export `createMaskFiller` of a mask filler's module. */
export type CreateMaskFiller = (options: unknown) => MaskFiller | Promise<MaskFiller>;
