/**
 * All that an engine has made so far: expressions, lexer states, tables, masks and the grammars that were opened. When it
 * has grown too large the engine begins with a new one, and matchers read their tokens again.
 */
import type { Budget } from "../budget/budget.ts";
import type { GrammarImage } from "../compile/image.ts";
import { UnpackedLexemes } from "../compile/unpackedLexemes.ts";
import { Clamp } from "../lexer/clamp.ts";
import { Lexer } from "../lexer/lexer.ts";
import { WalkTable } from "../lexer/walkTable.ts";
import { Expressions } from "../regex/expressions.ts";
import { SureText } from "../regex/sureText.ts";
import type { Vocabulary } from "../vocabulary/vocabulary.ts";
import { LoadedGrammar } from "./loadedGrammar.ts";
import { Masks } from "./masks.ts";
import { MaskStore } from "./maskStore.ts";
import type { Slices } from "./slices.ts";

export class Core {
  readonly #vocabulary: Vocabulary;
  readonly #budget: Budget;
  readonly #expressions: Expressions;
  readonly #sureText: SureText;
  readonly #lexer: Lexer;
  readonly #table: WalkTable;
  readonly #masks: Masks;
  readonly #store: MaskStore;
  readonly #grammars = new Map<GrammarImage, LoadedGrammar>();

  /** @param cacheBytes for masks; the rest has no bound here */
  constructor(vocabulary: Vocabulary, slices: Slices, budget: Budget, cacheBytes: number) {
    this.#vocabulary = vocabulary;
    this.#budget = budget;
    this.#expressions = new Expressions({ budget });
    this.#expressions.algebra.mayRepeat = (bytes) => vocabulary.mayRepeat(bytes);
    this.#sureText = new SureText(this.#expressions.nodes);
    this.#lexer = new Lexer(this.#expressions);
    this.#table = new WalkTable(this.#lexer, this.#expressions.nodes.partitions);
    const clamp = new Clamp(this.#expressions, vocabulary.trie.depth);
    this.#store = new MaskStore(cacheBytes);
    const shares = {
      vocabulary,
      expressions: this.#expressions,
      lexer: this.#lexer,
      clamp,
      table: this.#table,
      slices,
      budget,
      store: this.#store,
    };
    this.#masks = new Masks(shares);
  }

  /** About how much memory it takes, masks aside. */
  get sizeBytes(): number {
    let sum = this.#expressions.sizeBytes + this.#lexer.sizeBytes + this.#table.sizeBytes + this.#masks.sizeBytes;
    for (const grammar of this.#grammars.values()) sum += grammar.sizeBytes;
    return sum;
  }

  grammar(image: GrammarImage): LoadedGrammar {
    let grammar = this.#grammars.get(image);
    if (grammar === undefined) this.#grammars.set(image, (grammar = this.#load(image)));
    return grammar;
  }

  #load(image: GrammarImage): LoadedGrammar {
    const expressions = this.#expressions;
    const { isLazy, tokenIds } = image.lexemes;
    const unpacked = new UnpackedLexemes(expressions, image);
    const tokens = new Map(tokenIds);
    const lexemes: (number | undefined)[] = [];
    const lexemeOf = (i: number): number => (lexemes[i] ??= makeLexeme(i));
    const makeLexeme = (i: number): number => {
      const ranges = tokens.get(i);
      return ranges ? this.#lexer.tokenLexeme(ranges) : this.#lexer.lexeme(unpacked.at(i), isLazy[i] === 1);
    };
    const without = (lexeme: number, texts: readonly Uint8Array[]): number | undefined => {
      const others = expressions.not(
        expressions.or(texts.map((text) => expressions.equalTexts(unpacked.at(lexeme), text))),
      );
      const rest = expressions.and([unpacked.at(lexeme), others]);
      return expressions.isEmpty(rest) ? undefined : this.#lexer.lexeme(rest, isLazy[lexeme] === 1, true);
    };
    const isEndless = (lexeme: number): boolean => this.#sureText.isEndless(unpacked.at(lexeme));
    return new LoadedGrammar({
      without,
      isEndless,
      image,
      lexemeOf,
      vocabulary: this.#vocabulary,
      lexer: this.#lexer,
      masks: this.#masks,
      store: this.#store,
      budget: this.#budget,
    });
  }
}
