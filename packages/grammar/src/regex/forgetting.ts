/**
 * Lists of items that differ, for a walk over a vocabulary: the text of an item matters only to tokens that hold the whole item
 * once more behind it. What no token repeats is forgotten, so that a walk meets few residuals instead of one for each text.
 */
import { countTexts } from "./countTexts.ts";
import { begun, forgetful, remembered } from "./distinct.ts";
import type { Expr, Expressions } from "./expressions.ts";
import { flags, kinds, leastOf } from "./kinds.ts";
import { Rewritten } from "./partsFirst.ts";
import { SureText } from "./sureText.ts";

/** More items than an output has, or a token. */
const many = 2 ** 16;

export class Forgetting {
  readonly #expressions: Expressions;
  readonly #sureText: SureText;
  readonly #forgotten: Rewritten;
  /** By what items are: whether there are many. */
  readonly #areMany = new Map<Expr, boolean>();

  constructor(expressions: Expressions) {
    this.#expressions = expressions;
    this.#sureText = new SureText(expressions.nodes);
    this.#forgotten = new Rewritten({
      has: (expr) => expressions.nodes.has(expr, flags.distinct),
      partsOf: (expr) => this.#partsOf(expr),
      rewrite: (expr, made) => this.#forget(expr, made),
    });
  }

  /**
   * An expression whose residuals after any one token are empty or nullable where those of the given one are: one item less of
   * many changes neither. Of few each counts, and nothing is forgotten.
   */
  of(expr: Expr): Expr {
    return this.#forgotten.of(expr);
  }

  #partsOf(expr: Expr): readonly Expr[] {
    const { nodes } = this.#expressions;
    const kind = nodes.kind(expr);
    if (kind === kinds.distinct || kind === kinds.begun) return [nodes.a(expr)];
    return kind === kinds.concat || kind === kinds.or || kind === kinds.and ? nodes.parts(expr) : [];
  }

  #forget(expr: Expr, made: (part: Expr) => Expr): Expr {
    const { algebra, nodes } = this.#expressions;
    const kind = nodes.kind(expr);
    const a = nodes.a(expr);
    if (kind === kinds.concat) return algebra.concat(nodes.parts(expr).map(made));
    if (kind === kinds.or) return algebra.or(nodes.parts(expr).map(made));
    if (kind === kinds.and) {
      const parts = nodes.parts(expr);
      const other = this.#onlyOther(parts);
      return other === undefined ? expr : algebra.and(parts.map((part) => (part === other ? made(part) : part)));
    }
    if (kind === kinds.distinct) {
      return leastOf(nodes.c(expr)) > 0 && this.#hasMany(a) ? forgetful(algebra, expr, made(a)) : expr;
    }
    if (kind !== kinds.begun) return expr;
    const [read, list] = [nodes.b(expr), nodes.c(expr)];
    const kept = this.#hasMany(nodes.a(list)) ? remembered(algebra, read) : read;
    return begun(algebra, made(a), kept, list);
  }

  /** Of an intersection: where all parts but one are complements of few texts, that one. */
  #onlyOther(parts: readonly Expr[]): Expr | undefined {
    const others = parts.filter((part) => !this.#sureText.leavesLong(part));
    return others.length === 1 ? others[0] : undefined;
  }

  /** Whether there are many such items; of lists it is told by their items. */
  #hasMany(item: Expr): boolean {
    let hasMany = this.#areMany.get(item);
    if (hasMany === undefined) {
      hasMany = this.#sureText.isEndless(item) || this.#count(item);
      this.#areMany.set(item, hasMany);
    }
    return hasMany;
  }

  #count(item: Expr): boolean {
    const { nodes } = this.#expressions;
    if (!nodes.has(item, flags.distinct)) return countTexts(this.#expressions, item, many) > many;
    const kind = nodes.kind(item);
    if (kind === kinds.distinct || kind === kinds.begun) return this.#hasMany(nodes.a(item));
    const parts = nodes.parts(item);
    if (kind === kinds.concat || kind === kinds.or) return parts.some((part) => this.#hasMany(part));
    const other = kind === kinds.and ? this.#onlyOther(parts) : undefined;
    return other !== undefined && this.#hasMany(other);
  }
}
