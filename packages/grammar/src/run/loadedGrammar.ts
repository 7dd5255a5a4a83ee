/** One grammar on an engine: its rows and configurations so far, and the masks that were used last. */
import type { Budget } from "../budget/budget.ts";
import type { GrammarImage } from "../compile/image.ts";
import type { Lexer } from "../lexer/lexer.ts";
import { Positions } from "../rows/positions.ts";
import { Rows } from "../rows/rows.ts";
import type { Vocabulary } from "../vocabulary/vocabulary.ts";
import { Configurations, fresh } from "./configurations.ts";
import type { Masks } from "./masks.ts";

export interface LoadedGrammarOptions {
  readonly image: GrammarImage;
  /** By the image's lexeme: the lexer's. */
  readonly lexemes: readonly number[];
  readonly isNullable: readonly boolean[];
  readonly vocabulary: Vocabulary;
  readonly lexer: Lexer;
  readonly masks: Masks;
  readonly budget: Budget;
}

const mostRows = 2 ** 20;

export class LoadedGrammar {
  readonly vocabulary: Vocabulary;
  readonly #configurations: Configurations;
  readonly #lexer: Lexer;
  readonly #masks: Masks;
  readonly #isEnd: ReadonlySet<number>;
  /** By configuration: the one with counts as large as they matter for a mask. */
  readonly #clamped: (number | undefined)[] = [];
  readonly #words = new Map<number, Int32Array>();
  readonly #scratch: Int32Array;

  constructor({ image, lexemes, isNullable, vocabulary, lexer, masks, budget }: LoadedGrammarOptions) {
    this.vocabulary = vocabulary;
    this.#lexer = lexer;
    this.#masks = masks;
    this.#isEnd = new Set(vocabulary.eosTokenIds);
    const rows = new Rows(new Positions(image, lexemes, isNullable), {
      startRule: image.start,
      budget,
      mostRows,
      isToken: (lexeme) => lexer.tokenIds(lexeme) !== undefined,
    });
    this.#configurations = new Configurations(rows, lexer);
    this.#scratch = new Int32Array(vocabulary.trie.noToken / 32 + 1);
  }

  isEnd(tokenId: number): boolean {
    return this.#isEnd.has(tokenId);
  }

  isComplete(configuration: number): boolean {
    return this.#configurations.isComplete(configuration);
  }

  /** The configuration after the token, the end of the output aside; undefined where it is not allowed. */
  after(configuration: number, tokenId: number): number | undefined {
    const bytes = this.vocabulary.bytes(tokenId);
    const asText = bytes.length === 0 ? undefined : this.#configurations.after(configuration, bytes);
    return this.#configurations.union(asText, this.#configurations.afterToken(configuration, tokenId));
  }

  /** @param words of a mask */
  fillMask(configuration: number, words: Int32Array): void {
    words.set(this.#wordsOf((this.#clamped[configuration] ??= this.#clamp(configuration))));
  }

  #clamp(configuration: number): number {
    const pairs = this.#configurations.get(configuration);
    return this.#configurations.number(
      pairs.map((each, i) => (i % 2 === 0 || each === fresh ? each : this.#masks.clamped(each))),
    );
  }

  #wordsOf(configuration: number): Int32Array {
    let words = this.#words.get(configuration);
    if (words === undefined) {
      this.#masks.fill(this.#configurations, this.#configurations.get(configuration), this.#scratch);
      words = this.#scratch.slice(0, this.vocabulary.wordCount);
      for (const [, lexeme] of this.#configurations.tokenLexemes(configuration)) {
        for (const [first, last] of this.#lexer.tokenIds(lexeme)!) {
          const end = Math.min(last, this.vocabulary.vocabSize - 1);
          for (let id = first; id <= end; id++) words[id >> 5]! |= 1 << (id & 31);
        }
      }
      if (this.isComplete(configuration)) for (const id of this.#isEnd) words[id >> 5]! |= 1 << (id & 31);
      this.#words.set(configuration, words);
    }
    return words;
  }
}
