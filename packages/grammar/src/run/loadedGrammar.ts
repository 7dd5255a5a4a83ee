/** One grammar on an engine: its rows and configurations so far, and the masks that were used last. */
import type { Budget } from "../budget/budget.ts";
import type { GrammarImage } from "../compile/image.ts";
import type { Lexer, TokenRanges } from "../lexer/lexer.ts";
import { Positions } from "../rows/positions.ts";
import { Rows } from "../rows/rows.ts";
import { Texts } from "../rows/texts.ts";
import type { Vocabulary } from "../vocabulary/vocabulary.ts";
import { Codes } from "../rows/codes.ts";
import { Configurations, fresh } from "./configurations.ts";
import type { Masks } from "./masks.ts";
import type { KeptMask, MaskStore } from "./maskStore.ts";

export interface LoadedGrammarOptions {
  readonly image: GrammarImage;
  /** The lexer's lexeme for one of the image's. */
  readonly lexemeOf: (lexeme: number) => number;
  /** The lexer's lexeme for one of the image's, other texts than these; undefined if none is left. */
  readonly without: (lexeme: number, texts: readonly Uint8Array[]) => number | undefined;
  /** Whether it is plain that one of the image's lexemes has no last text. */
  readonly isEndless: (lexeme: number) => boolean;
  readonly vocabulary: Vocabulary;
  readonly lexer: Lexer;
  readonly masks: Masks;
  readonly store: MaskStore;
  readonly budget: Budget;
}

const mostRows = 2 ** 20;
const noTokens: TokenRanges = [];

export class LoadedGrammar {
  readonly vocabulary: Vocabulary;
  readonly #configurations: Configurations;
  readonly #lexer: Lexer;
  readonly #masks: Masks;
  readonly #isEnd: ReadonlySet<number>;
  /** By configuration: the one with counts as large as they matter for a mask. */
  readonly #clamped: (number | undefined)[] = [];
  readonly #imageBytes: number;
  readonly #store: MaskStore;
  /** By configuration: its mask, which may have left the store. */
  readonly #kept: (KeptMask | undefined)[] = [];
  #keptCount = 0;
  readonly #rows: Rows;
  readonly #positions: Positions;
  readonly #texts: Texts | undefined;
  readonly #codes = new Codes();
  readonly #ends: TokenRanges;
  /** Whether it names tokens as such. */
  readonly #hasTokens: boolean;

  constructor(options: LoadedGrammarOptions) {
    const { image, lexemeOf, vocabulary, lexer, masks, store, budget } = options;
    this.#hasTokens = image.lexemes.tokenIds.length > 0;
    const hasDistinct = image.edges.flags.some((flags) => (flags & 2) !== 0);
    this.#texts = hasDistinct ? new Texts() : undefined;
    this.#positions = new Positions({
      image,
      lexemeOf,
      without: (lexeme, texts) =>
        options.without(
          lexeme,
          texts.map((text) => this.#texts!.bytes(text)),
        ),
      isEndless: options.isEndless,
    });
    this.#store = store;
    this.#imageBytes = image.sizeBytes;
    this.vocabulary = vocabulary;
    this.#lexer = lexer;
    this.#masks = masks;
    this.#isEnd = new Set(vocabulary.eosTokenIds);
    this.#rows = new Rows(this.#positions, {
      startRule: image.start,
      budget,
      mostRows,
      codes: this.#codes,
      isToken: (lexeme) => lexer.tokenIds(lexeme) !== undefined,
    });
    this.#configurations = new Configurations(this.#rows, lexer, this.#codes, this.#texts);
    this.#ends = vocabulary.eosTokenIds.map((id) => [id, id] as const);
  }

  get sizeBytes(): number {
    const parser = this.#imageBytes + this.#rows.sizeBytes + this.#positions.sizeBytes;
    const texts = this.#codes.sizeBytes + (this.#texts?.sizeBytes ?? 0);
    return parser + texts + this.#configurations.sizeBytes + this.#clamped.length * 16 + this.#keptCount * 60;
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
    if (!this.#hasTokens) return asText;
    return this.#configurations.union(asText, this.#configurations.afterToken(configuration, tokenId));
  }

  /** @param words of a mask */
  fillMask(configuration: number, words: Int32Array): void {
    this.#store.copyTo(this.#maskOf((this.#clamped[configuration] ??= this.#clamp(configuration))), words);
  }

  #clamp(configuration: number): number {
    const pairs = this.#configurations.get(configuration);
    const clamped: number[] = [];
    let isSame = true;
    for (let i = 0; i < pairs.length; i += 2) {
      const code = pairs[i + 1]!;
      const least = this.#clampedCode(code);
      if (least !== code) isSame = false;
      clamped.push(pairs[i]!, least);
    }
    return isSame ? configuration : this.#configurations.number(clamped);
  }

  #clampedCode(code: number): number {
    if (code === fresh) return fresh;
    const codes = this.#codes;
    return codes.withText(this.#masks.clamped(codes.numberOf(code)), codes.textOf(code));
  }

  #maskOf(configuration: number): KeptMask {
    const kept = this.#kept[configuration];
    if (kept !== undefined && this.#store.use(kept)) return kept;
    if (kept === undefined) this.#keptCount++;
    const pairs = this.#configurations.get(configuration);
    return (this.#kept[configuration] = this.#masks.of(this.#configurations, pairs, this.#tokensAt(configuration)));
  }

  /** What the grammar names by number, and the end of the output. */
  #tokensAt(configuration: number): TokenRanges {
    const ends = this.isComplete(configuration) ? this.#ends : noTokens;
    const lexemes = this.#configurations.tokenLexemes(configuration);
    if (lexemes.length === 0) return ends;
    const last = this.vocabulary.vocabSize - 1;
    const named = lexemes.flatMap(([, lexeme]) => this.#lexer.tokenIds(lexeme)!);
    return [...named.map(([from, to]) => [from, Math.min(to, last)] as const), ...ends];
  }
}
