/**
 * Counts too large for one token to come to their end: what a token of so many bytes may be is the same for all of them, so
 * that strings with 100 and with 10,000 characters left share a mask.
 */
import type { Expr, Expressions } from "../regex/expressions.ts";
import { Forgetting } from "../regex/forgetting.ts";
import { endless, flags, kinds } from "../regex/kinds.ts";
import { Rewritten } from "../regex/partsFirst.ts";

/** Kinds in which counts may be. */
const clamped: ReadonlySet<number> = new Set([kinds.concat, kinds.or, kinds.and, kinds.repeat]);

export class Clamp {
  readonly #expressions: Expressions;
  readonly #length: number;
  readonly #forgetting: Forgetting;
  readonly #clamped: Rewritten;

  /** @param length most bytes that are looked at from an expression on */
  constructor(expressions: Expressions, length: number) {
    this.#expressions = expressions;
    this.#forgetting = new Forgetting(expressions);
    this.#length = length;
    this.#clamped = new Rewritten({
      has: (expr) => clamped.has(expressions.nodes.kind(expr)),
      partsOf: (expr) => this.#partsOf(expr),
      rewrite: (expr, made) => this.#clamp(expr, made),
    });
  }

  /** An expression with the same residuals for so many bytes, as far as their being empty or nullable goes. */
  of(expr: Expr): Expr {
    return this.#clamped.of(this.#forgetting.of(expr));
  }

  #partsOf(expr: Expr): readonly Expr[] {
    const { nodes } = this.#expressions;
    const kind = nodes.kind(expr);
    if (kind === kinds.concat) return [nodes.a(expr), nodes.b(expr)];
    if (kind === kinds.or) return nodes.parts(expr);
    return kind === kinds.repeat ? [nodes.a(expr)] : [];
  }

  #clamp(expr: Expr, made: (part: Expr) => Expr): Expr {
    const { nodes, algebra } = this.#expressions;
    const kind = nodes.kind(expr);
    const [a, b, c] = [nodes.a(expr), nodes.b(expr), nodes.c(expr)];
    if (kind === kinds.concat) return algebra.concat2(made(a), made(b));
    if (kind === kinds.or) return algebra.or(nodes.parts(expr).map(made));
    if (kind === kinds.and) return this.#meet(expr);
    if (!this.#isLong(expr)) return algebra.repeatOf(made(a), b, c);
    return algebra.repeatOf(made(a), Math.min(b, this.#length + 1), endless);
  }

  /** Whether a token cannot come to the largest count: each repetition takes a byte at least. */
  #isLong(repeat: Expr): boolean {
    const { nodes } = this.#expressions;
    const max = nodes.c(repeat);
    return (max === endless || max > this.#length) && !nodes.has(nodes.a(repeat), flags.nullable);
  }

  /**
   * A pattern and a length: without the length, if the pattern, wherever a token leads in it, can end before the length does,
   * and all its texts are of the length's characters. Others stay: which residuals have a text depends on the counts.
   */
  #meet(expr: Expr): Expr {
    const { nodes, algebra } = this.#expressions;
    const parts = nodes.parts(expr);
    const length = parts.find((part) => nodes.kind(part) === kinds.repeat && this.#isLong(part) && nodes.c(part) > 0);
    if (length === undefined) return expr;
    const others = parts.filter((part) => part !== length);
    const pattern = algebra.and(others);
    if (nodes.has(pattern, flags.boolean)) return expr;
    if (this.#mostNeeded(pattern) + this.#length > nodes.c(length)) return expr;
    const unbounded = algebra.repeatOf(nodes.a(length), nodes.b(length), endless);
    return this.#expressions.isSubset(pattern, unbounded) ? this.of(pattern) : expr;
  }

  /** No residual of the expression, which holds no complement or intersection, has only texts of more bytes. */
  #mostNeeded(expr: Expr): number {
    const { nodes } = this.#expressions;
    const kind = nodes.kind(expr);
    const a = nodes.a(expr);
    const b = nodes.b(expr);
    if (kind === kinds.concat) return Math.max(this.#mostNeeded(a) + nodes.minLength(b), this.#mostNeeded(b));
    if (kind === kinds.or) return Math.max(...nodes.parts(expr).map((part) => this.#mostNeeded(part)));
    if (kind === kinds.repeat) return this.#mostNeeded(a) + nodes.minLength(a) * Math.max(0, b - 1);
    return kind === kinds.multiple ? Number.POSITIVE_INFINITY : nodes.minLength(expr);
  }
}
