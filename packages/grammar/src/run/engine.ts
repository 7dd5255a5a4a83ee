/**
 * Grammars of one vocabulary on one thread. What expressions, lexer states and masks come to is shared by all grammars; it
 * is made as outputs reach it.
 */
import { Budget } from "../budget/budget.ts";
import type { GrammarImage } from "../compile/image.ts";
import { unpackExpressions } from "../compile/packExpressions.ts";
import { Clamp } from "../lexer/clamp.ts";
import { Lexer } from "../lexer/lexer.ts";
import { WalkTable } from "../lexer/walkTable.ts";
import { Expressions } from "../regex/expressions.ts";
import type { Vocabulary } from "../vocabulary/vocabulary.ts";
import { LoadedGrammar } from "./loadedGrammar.ts";
import { Masks } from "./masks.ts";
import { Matcher } from "./matcher.ts";

export class GrammarEngine {
  readonly vocabulary: Vocabulary;
  readonly #expressions: Expressions;
  readonly #lexer: Lexer;
  readonly #masks: Masks;
  readonly #budget = new Budget("grammar");
  readonly #grammars = new WeakMap<GrammarImage, LoadedGrammar>();

  constructor(vocabulary: Vocabulary) {
    this.vocabulary = vocabulary;
    const { trie } = vocabulary;
    this.#expressions = new Expressions({ budget: this.#budget });
    this.#lexer = new Lexer(this.#expressions);
    const table = new WalkTable(this.#lexer);
    const clamp = new Clamp(this.#expressions, trie.depth);
    this.#masks = new Masks({ trie, lexer: this.#lexer, clamp, table, budget: this.#budget });
  }

  /** A matcher at the beginning of an output. */
  open(image: GrammarImage): Matcher {
    return new Matcher(this.#load(image));
  }

  #load(image: GrammarImage): LoadedGrammar {
    let grammar = this.#grammars.get(image);
    if (grammar === undefined) {
      const roots = image.lexemes.map(({ expression }) => expression);
      const exprs = unpackExpressions(this.#expressions, image, roots);
      const lexemes = image.lexemes.map(({ expression, isLazy = false, tokenIds }) =>
        tokenIds ? this.#lexer.tokenLexeme(tokenIds) : this.#lexer.lexeme(exprs[expression]!, isLazy),
      );
      const isNullable = image.lexemes.map(
        ({ expression, tokenIds }) => !tokenIds && this.#expressions.isNullable(exprs[expression]!),
      );
      grammar = new LoadedGrammar({
        image,
        lexemes,
        isNullable,
        vocabulary: this.vocabulary,
        lexer: this.#lexer,
        masks: this.#masks,
        budget: this.#budget,
      });
      this.#grammars.set(image, grammar);
    }
    return grammar;
  }
}
