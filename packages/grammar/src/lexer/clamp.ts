/**
 * Counts too large for one token to come to their end: what a token of so many bytes may be is the same for all of them, so
 * that strings with 100 and with 10,000 characters left share a mask. Intersections and complements stay as they are: which
 * of their residuals have a text depends on the counts.
 */
import type { Expr, Expressions } from "../regex/expressions.ts";
import { endless, flags, kinds } from "../regex/nodes.ts";

export class Clamp {
  readonly #expressions: Expressions;
  readonly #length: number;
  readonly #known = new Map<Expr, Expr>();

  /** @param length most bytes that are looked at from an expression on */
  constructor(expressions: Expressions, length: number) {
    this.#expressions = expressions;
    this.#length = length;
  }

  /** An expression with the same residuals for so many bytes, as far as their being empty or nullable goes. */
  of(expr: Expr): Expr {
    const { nodes } = this.#expressions;
    const kind = nodes.kind(expr);
    if (kind !== kinds.concat && kind !== kinds.repeat && kind !== kinds.or) return expr;
    let known = this.#known.get(expr);
    if (known === undefined) this.#known.set(expr, (known = this.#compute(expr)));
    return known;
  }

  #compute(expr: Expr): Expr {
    const { nodes, algebra } = this.#expressions;
    const kind = nodes.kind(expr);
    if (kind === kinds.concat) return algebra.concat2(this.of(nodes.a(expr)), this.of(nodes.b(expr)));
    if (kind === kinds.or) {
      const parts: Expr[] = [];
      let rest = expr;
      for (; nodes.kind(rest) === kinds.or; rest = nodes.b(rest)) parts.push(this.of(nodes.a(rest)));
      parts.push(this.of(rest));
      return algebra.or(parts);
    }
    const [part, min, max] = [nodes.a(expr), nodes.b(expr), nodes.c(expr)];
    const isLong = max === endless || max > this.#length;
    // each repetition takes a byte at least; where the part may be empty, `min` is 0
    const most = isLong && !nodes.has(part, flags.nullable) ? endless : max;
    return algebra.repeatOf(this.of(part), most === endless ? Math.min(min, this.#length + 1) : min, most);
  }
}
