/**
 * Regular expressions over bytes, closed under intersection and complement. Each is a number; equal structure is an equal
 * number, so that residuals after any bytes can be compared and kept. Repetitions are counted, not written out.
 */
import { Budget } from "../budget/budget.ts";
import { Algebra } from "./algebra.ts";
import type { ByteClasses, ByteRange } from "./byteSets.ts";
import { Derivatives } from "./derivatives.ts";
import { distinct } from "./distinct.ts";
import { equalTexts } from "./equalTexts.ts";
import { Emptiness } from "./emptiness.ts";
import { endless } from "./kinds.ts";
import type { Nodes } from "./nodes.ts";
import { TextExpressions } from "./textExpressions.ts";
import { combinationsOf } from "./together.ts";
import type { Spelling, TextRegex } from "./textRegex.ts";
import { oneOfWords } from "./words.ts";

/** An expression of one `Expressions`. */
export type Expr = number;

const encoder = new TextEncoder();

export interface ExpressionLimits {
  /** Most nodes, about 40 bytes each. Absent: 4,194,304. */
  readonly nodes?: number;
  /** What derivatives and searches may take. Absent: no limit. */
  readonly budget?: Budget;
}

export class Expressions {
  readonly #algebra: Algebra;
  readonly #derivatives: Derivatives;
  readonly #emptiness: Emptiness;
  readonly #texts: TextExpressions;

  constructor({ nodes = 2 ** 22, budget = new Budget("expression") }: ExpressionLimits = {}) {
    this.#algebra = new Algebra(nodes);
    this.#derivatives = new Derivatives(this.#algebra, budget);
    this.#emptiness = new Emptiness(this.#algebra, this.#derivatives);
    this.#texts = new TextExpressions(this.#algebra);
  }

  /** What the work from here on may take. */
  set budget(budget: Budget) {
    this.#derivatives.budget = budget;
  }

  get budget(): Budget {
    return this.#derivatives.budget;
  }

  /** The structure, for images and walks. */
  get nodes(): Nodes {
    return this.#algebra.nodes;
  }

  /** About how much memory they take. */
  get sizeBytes(): number {
    const { count, sets, partitions } = this.#algebra.nodes;
    return count * 50 + (sets.size + partitions.size) * 700 + this.#derivatives.sizeBytes;
  }

  get algebra(): Algebra {
    return this.#algebra;
  }

  /** No text. */
  get none(): Expr {
    return this.#algebra.none;
  }

  /** The text without bytes. */
  get empty(): Expr {
    return this.#algebra.empty;
  }

  /** Every sequence of bytes, valid text or not. */
  get all(): Expr {
    return this.#algebra.all;
  }

  /** One byte of these. */
  bytes(ranges: readonly ByteRange[]): Expr {
    return this.#algebra.bytes(ranges);
  }

  /** The UTF-8 of a string, or these bytes, and what follows. */
  literal(text: string | Uint8Array, tail: Expr = this.#algebra.empty): Expr {
    const bytes = typeof text === "string" ? utf8(text) : text;
    let expr = tail;
    for (let i = bytes.length - 1; i >= 0; i--) expr = this.#algebra.concat2(this.#algebra.byte(bytes[i]!), expr);
    return expr;
  }

  /** One of the strings, in UTF-8. */
  words(texts: readonly string[]): Expr {
    return oneOfWords(this.#algebra, texts.map(binary));
  }

  concat(parts: readonly Expr[]): Expr {
    return this.#algebra.concat(parts);
  }

  or(parts: readonly Expr[]): Expr {
    return this.#algebra.or(parts);
  }

  and(parts: readonly Expr[]): Expr {
    return this.#algebra.and(parts);
  }

  /** Every other sequence of bytes, invalid text too. */
  not(part: Expr): Expr {
    return this.#algebra.not(part);
  }

  /** @param max integer, or Infinity */
  repeat(part: Expr, min: number, max: number): Expr {
    return this.#algebra.repeatOf(part, min, max === Number.POSITIVE_INFINITY ? endless : max);
  }

  /**
   * Texts of an expression without the empty one, no two of them equal, with ", " between them.
   * @param max integer of at most 32,766, or Infinity @param tail what follows each
   */
  distinct(item: Expr, min: number, max: number, tail: Expr = this.empty): Expr {
    const most = max === Number.POSITIVE_INFINITY ? endless : max;
    return distinct(this.#algebra, { item, tail, min, max: most });
  }

  /** What is equal to a text of the expression: itself, or a JSON value with its properties in any order if it has such values. */
  equalTexts(expr: Expr, text: Uint8Array): Expr {
    return equalTexts(this.#algebra, expr, text);
  }

  /** The bytes that spell the texts of a regular expression; complements stay within what spells any text. */
  text(regex: TextRegex, spelling: Spelling): Expr {
    return this.#texts.of(regex, spelling);
  }

  isNullable(expr: Expr): boolean {
    return this.#algebra.isNullable(expr);
  }

  /** What may follow the byte. */
  derive(expr: Expr, byte: number): Expr {
    return this.#derivatives.of(expr, byte);
  }

  /** Bytes that lead to the same derivative. */
  classes(expr: Expr): ByteClasses {
    const { nodes } = this.#algebra;
    return nodes.partitions.get(nodes.classes(expr));
  }

  /** Whether it has no text at all. @throws GrammarBudgetError */
  isEmpty(expr: Expr): boolean {
    return this.#emptiness.isEmpty(expr);
  }

  /** A short text of it; undefined where none is seen at once. */
  someText(expr: Expr): Uint8Array | undefined {
    return this.#emptiness.someText(expr);
  }

  /** See `combinationsOf`. @throws GrammarBudgetError */
  combinations(exprs: readonly Expr[], mostPlaces: number): string[] | undefined {
    return combinationsOf(this.#algebra, this.#derivatives, exprs, mostPlaces);
  }

  /** Whether every text of the first is one of the second. @throws GrammarBudgetError */
  isSubset(first: Expr, second: Expr): boolean {
    return this.isEmpty(this.and([first, this.not(second)]));
  }

  accepts(expr: Expr, bytes: Uint8Array): boolean {
    let rest = expr;
    for (let i = 0; i < bytes.length && rest !== this.none; i++) rest = this.derive(rest, bytes[i]!);
    return this.isNullable(rest);
  }
}

/** An encoder takes longer for a short text than a loop does. */
function utf8(text: string): ArrayLike<number> {
  const bytes: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return encoder.encode(text);
    bytes.push(code);
  }
  return bytes;
}

/** The UTF-8 of a string, a character for each byte. */
function binary(text: string): string {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 0x7f)
      return Array.from(encoder.encode(text), (byte) => String.fromCharCode(byte)).join("");
  }
  return text;
}
