/**
 * Lists of items that differ, for a walk over a vocabulary: the text of an item matters only to tokens that hold the whole item
 * once more behind it. What no token repeats is forgotten, so that a walk meets few residuals instead of one for each text.
 */
import { countTexts } from "./countTexts.ts";
import { begun, forgetful, remembered } from "./distinct.ts";
import type { Expr, Expressions } from "./expressions.ts";
import { flags, kinds, leastOf } from "./kinds.ts";
import { partsFirst } from "./partsFirst.ts";
import { SureText } from "./sureText.ts";

/** More items than an output has, or a token. */
const many = 2 ** 16;

export class Forgetting {
  readonly #expressions: Expressions;
  readonly #sureText: SureText;
  readonly #known = new Map<Expr, Expr>();
  /** By what items are: whether there are many. */
  readonly #areMany = new Map<Expr, boolean>();

  constructor(expressions: Expressions) {
    this.#expressions = expressions;
    this.#sureText = new SureText(expressions.nodes);
  }

  /**
   * An expression whose residuals after any one token are empty or nullable where those of the given one are: one item less of
   * many changes neither. Of few each counts, and nothing is forgotten.
   */
  of(expr: Expr): Expr {
    if (!this.#isUnknown(expr)) return this.#made(expr);
    partsFirst(
      expr,
      (each) => this.#partsOf(each).filter((part) => this.#isUnknown(part)),
      (each) => {
        if (this.#isUnknown(each)) this.#known.set(each, this.#compute(each));
      },
    );
    return this.#made(expr);
  }

  #isUnknown(expr: Expr): boolean {
    return this.#expressions.nodes.has(expr, flags.distinct) && !this.#known.has(expr);
  }

  /** Of what was looked at. */
  #made(expr: Expr): Expr {
    return this.#known.get(expr) ?? expr;
  }

  #partsOf(expr: Expr): readonly Expr[] {
    const { nodes } = this.#expressions;
    const kind = nodes.kind(expr);
    if (kind === kinds.distinct || kind === kinds.begun) return [nodes.a(expr)];
    return kind === kinds.concat || kind === kinds.or || kind === kinds.and ? nodes.parts(expr) : [];
  }

  #compute(expr: Expr): Expr {
    const { algebra, nodes } = this.#expressions;
    const kind = nodes.kind(expr);
    if (kind === kinds.concat) return algebra.concat(nodes.parts(expr).map((part) => this.#made(part)));
    if (kind === kinds.or) return algebra.or(nodes.parts(expr).map((part) => this.#made(part)));
    if (kind === kinds.and) return this.#beside(nodes.parts(expr)) ?? expr;
    if (kind === kinds.distinct) return leastOf(nodes.c(expr)) > 0 ? this.#list(expr) : expr;
    return kind === kinds.begun ? this.#item(expr) : expr;
  }

  /** Of an intersection: where all parts but one are complements of few texts. */
  #beside(parts: readonly Expr[]): Expr | undefined {
    const other = this.#onlyOther(parts);
    return other && this.#expressions.algebra.and(parts.map((part) => (part === other ? this.#made(part) : part)));
  }

  #onlyOther(parts: readonly Expr[]): Expr | undefined {
    const others = parts.filter((part) => !this.#sureText.leavesLong(part));
    return others.length === 1 ? others[0] : undefined;
  }

  #list(list: Expr): Expr {
    const { algebra, nodes } = this.#expressions;
    const item = nodes.a(list);
    return this.#hasMany(item) ? forgetful(algebra, list, this.#made(item)) : list;
  }

  #item(expr: Expr): Expr {
    const { algebra, nodes } = this.#expressions;
    const [read, list] = [nodes.b(expr), nodes.c(expr)];
    const kept = this.#hasMany(nodes.a(list)) ? remembered(algebra, read) : read;
    return begun(algebra, this.#made(nodes.a(expr)), kept, list);
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
