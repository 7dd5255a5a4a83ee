/** The texts of a JSON value that is written on one line: its properties in any order, all else as it stands. */
import type { Algebra } from "./algebra.ts";
import { flags, kinds, packCounts } from "./kinds.ts";

/** Strings, punctuation, and all that stands between them. */
const parts = /"(?:[^"\\]|\\[^])*"|[{}[\]]|, |[^"{}[\],]+|,/gy;

/** What is equal to a text of the expression: itself, or a value with its properties in any order if it has such values. */
export function equalTexts(algebra: Algebra, expr: number, bytes: ArrayLike<number>): number {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  if (!algebra.nodes.has(expr, flags.anyOrder)) return literalOf(algebra, text);
  const found = text.match(parts) ?? [];
  const reader = new Reader(algebra, found);
  const value = reader.sequence();
  return reader.isAtEnd ? value : literalOf(algebra, text);
}

function literalOf(algebra: Algebra, text: string): number {
  let expr = algebra.empty;
  for (let i = text.length - 1; i >= 0; i--) expr = algebra.concat2(algebra.byte(text.charCodeAt(i)), expr);
  return expr;
}

class Reader {
  readonly #algebra: Algebra;
  readonly #parts: readonly string[];
  #at = 0;

  constructor(algebra: Algebra, found: readonly string[]) {
    this.#algebra = algebra;
    this.#parts = found;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#parts.length;
  }

  /** Up to a bracket that ends, or to the comma after a property. @param isProperty whether it is one of an object's */
  sequence(isProperty = false): number {
    const exprs: number[] = [];
    for (let part = this.#parts[this.#at]; part !== undefined; part = this.#parts[this.#at]) {
      if (part === "}" || part === "]" || (isProperty && part === ", ")) break;
      this.#at++;
      exprs.push(literalOf(this.#algebra, part));
      if (part === "{") exprs.push(this.#properties(), this.#end());
      else if (part === "[") exprs.push(this.sequence(), this.#end());
    }
    return this.#algebra.concat(exprs);
  }

  #properties(): number {
    const algebra = this.#algebra;
    const properties: number[] = [];
    do properties.push(this.sequence(true));
    while (this.#parts[this.#at] === ", " && this.#at++ >= 0);
    const count = properties.length;
    const item = algebra.or(properties);
    return count === 1 ? item : algebra.nodes.add(kinds.distinct, item, algebra.empty, packCounts(count, count));
  }

  #end(): number {
    const part = this.#parts[this.#at];
    if (part === undefined) return this.#algebra.none;
    this.#at++;
    return literalOf(this.#algebra, part);
  }
}
