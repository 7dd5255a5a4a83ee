/**
 * Where an output stands: for each way to read it, the parser's row and what has been read of the next lexeme. Unambiguous
 * texts have one; where a lexeme may have ended or go on there are two. Each set of them is kept once, as a number.
 */
import { deadState, type Lexer } from "../lexer/lexer.ts";
import type { Rows } from "../rows/rows.ts";
import type { Texts } from "../rows/texts.ts";
import type { Codes } from "../rows/codes.ts";
import { inOrder } from "./inOrder.ts";

/** Stands for the lexer's state before the first byte of any lexeme. */
export const fresh = -1;
const mostStates = 2 ** 26;

export class Configurations {
  /** Of states and of lexemes. */
  readonly codes: Codes;
  readonly #rows: Rows;
  readonly #lexer: Lexer;
  readonly #texts: Texts | undefined;
  /** By row: the lexer's state before its lexemes. */
  readonly #starts: number[] = [];
  /** By number: row and state (a code), alternately, in rising order. */
  readonly #list: (readonly number[])[] = [];
  readonly #numbers = new Map<string, number>();
  /** Of one pair each: row · 2^26 + state + 1. */
  readonly #singles = new Map<number, number>();
  sizeBytes = 0;

  /** @param texts for grammars with lexemes whose texts must differ */
  constructor(rows: Rows, lexer: Lexer, codes: Codes, texts: Texts | undefined) {
    this.codes = codes;
    this.#rows = rows;
    this.#texts = texts;
    this.#lexer = lexer;
    this.number([0, fresh]);
  }

  /** Row and state, alternately. Number 0 is the beginning. */
  get(number: number): readonly number[] {
    return this.#list[number]!;
  }

  number(pairs: readonly number[]): number {
    if (pairs.length === 2 && this.codes.textOf(pairs[1]!) === 0) return this.#single(pairs[0]!, pairs[1]!);
    const key = pairs.join(" ");
    let number = this.#numbers.get(key);
    if (number === undefined) this.#numbers.set(key, (number = this.#add([...pairs], key.length)));
    return number;
  }

  #single(row: number, state: number): number {
    const key = row * mostStates + state + 1;
    let number = this.#singles.get(key);
    if (number === undefined) this.#singles.set(key, (number = this.#add([row, state], 0)));
    return number;
  }

  #add(pairs: readonly number[], keyLength: number): number {
    this.sizeBytes += 150 + keyLength + pairs.length * 8;
    return this.#list.push(pairs) - 1;
  }

  /** The lexer's state before the lexemes of the row. */
  startOf(row: number): number {
    return (this.#starts[row] ??= this.#lexer.start(this.#rows.get(row).lexemes));
  }

  /** The code of a lexeme that has read these bytes after a text. */
  lexemeWith(lexeme: number, before: number, bytes: Uint8Array): number {
    let text = before;
    for (const byte of bytes) text = this.#texts!.append(text, byte);
    return this.codes.withText(lexeme, text);
  }

  /** The row after a lexeme (a code) that the row has. */
  rowAfterOne(row: number, lexeme: number): number {
    return this.#rows.after(row, lexeme);
  }

  /** The row where each of these may have ended: row and lexeme, alternately. */
  rowAfter(ended: readonly number[]): number {
    return this.#rows.afterAny(ended);
  }

  /** Whether the output may end. */
  isComplete(number: number): boolean {
    const pairs = this.#list[number]!;
    for (let i = 0; i < pairs.length; i += 2) {
      if (pairs[i + 1] === fresh && this.#rows.get(pairs[i]!).isComplete) return true;
    }
    return false;
  }

  /** After the bytes; undefined if nothing reads them. @throws GrammarBudgetError */
  after(number: number, bytes: Uint8Array): number | undefined {
    const lexer = this.#lexer;
    const pairs = this.#list[number]!;
    if (pairs.length > 2 || this.#texts !== undefined) return this.#afterAny(pairs, bytes, 0);
    // the common case: one way to read it
    let row = pairs[0]!;
    let state = pairs[1]!;
    for (let i = 0; i < bytes.length; i++) {
      state = lexer.next(state === fresh ? this.startOf(row) : state, bytes[i]!);
      if (state === deadState) return undefined;
      const ended = lexer.ended(state);
      if (ended.length === 0) continue;
      if (ended.length > 1 || lexer.goesOn(state)) return this.#afterAny(this.#resolve([row, state]), bytes, i + 1);
      row = this.#rows.after(row, ended[0]!);
      state = fresh;
    }
    return this.#single(row, state);
  }

  #afterAny(from: readonly number[], bytes: Uint8Array, start: number): number | undefined {
    let pairs = from;
    for (let i = start; i < bytes.length; i++) {
      pairs = this.#step(pairs, bytes[i]!);
      if (pairs.length === 0) return undefined;
    }
    return this.number(pairs);
  }

  #step(pairs: readonly number[], byte: number): readonly number[] {
    const result: number[] = [];
    for (let i = 0; i < pairs.length; i += 2) {
      const code = pairs[i + 1]!;
      const next = this.#lexer.next(code === fresh ? this.startOf(pairs[i]!) : this.codes.numberOf(code), byte);
      if (next !== deadState) result.push(pairs[i]!, this.#withText(next, code, byte));
    }
    return this.#resolve(result);
  }

  /** A state, with what its lexemes have read where that matters. */
  #withText(state: number, before: number, byte: number): number {
    if (this.#texts === undefined || !this.#lexer.readsDistinct(state)) return state;
    return this.codes.withText(state, this.#texts.append(this.codes.textOf(before), byte));
  }

  /** Where lexemes have ended, the row after them too. */
  #resolve(pairs: readonly number[]): readonly number[] {
    const lexer = this.#lexer;
    const { codes } = this;
    const ended: number[] = [];
    const going: number[] = [];
    for (let i = 0; i < pairs.length; i += 2) {
      const code = pairs[i + 1]!;
      const state = codes.numberOf(code);
      for (const lexeme of lexer.ended(state)) {
        ended.push(pairs[i]!, lexer.isDistinct(lexeme) ? codes.withText(lexeme, codes.textOf(code)) : lexeme);
      }
      if (lexer.goesOn(state)) going.push(pairs[i]!, code);
    }
    if (ended.length === 0) return going;
    const next = this.#rows.afterAny(ended);
    return going.length === 0 ? [next, fresh] : inOrder([...going, next, fresh]);
  }

  /** After a token that rows name as such; undefined where none does. */
  afterToken(number: number, tokenId: number): number | undefined {
    const ended: number[] = [];
    for (const [row, lexeme] of this.tokenLexemes(number)) {
      const isOne = this.#lexer.tokenIds(lexeme)!.some(([first, last]) => first <= tokenId && tokenId <= last);
      if (isOne) ended.push(row, lexeme);
    }
    return ended.length === 0 ? undefined : this.number([this.#rows.afterAny(ended), fresh]);
  }

  /** Rows, and their lexemes that are tokens by number, which may come next. */
  tokenLexemes(number: number): (readonly [row: number, lexeme: number])[] {
    const pairs = this.#list[number]!;
    const found: (readonly [number, number])[] = [];
    for (let i = 0; i < pairs.length; i += 2) {
      if (pairs[i + 1] !== fresh) continue;
      for (const lexeme of this.#rows.get(pairs[i]!).tokenLexemes) found.push([pairs[i]!, lexeme]);
    }
    return found;
  }

  /** Either of two. */
  union(a: number | undefined, b: number | undefined): number | undefined {
    if (a === undefined || b === undefined) return a ?? b;
    return this.number(inOrder([...this.#list[a]!, ...this.#list[b]!]));
  }
}
