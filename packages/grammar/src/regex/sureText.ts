/** Expressions with texts of any length, whatever of bounded length is taken out of them: told by their form, without a search. */
import type { Nodes } from "./nodes.ts";
import { endless, flags, kinds } from "./kinds.ts";

export class SureText {
  readonly #nodes: Nodes;
  /** Of complements' parts. */
  readonly #bounded = new Map<number, boolean>();

  constructor(nodes: Nodes) {
    this.#nodes = nodes;
  }

  /** Whether it has a text; false says nothing. */
  of(expr: number): boolean {
    const nodes = this.#nodes;
    if (!nodes.has(expr, flags.boolean)) return nodes.kind(expr) !== kinds.none;
    const kind = nodes.kind(expr);
    if (kind === kinds.concat) return this.of(nodes.a(expr)) && this.of(nodes.b(expr));
    if (kind === kinds.or) return this.of(nodes.a(expr)) || this.of(nodes.b(expr));
    if (kind === kinds.distinct) return nodes.b(expr) === 0 || this.#hasItems(expr);
    if (kind === kinds.begun) return this.of(nodes.a(expr)) && this.hasMoreItems(expr);
    return kind === kinds.and && this.#isEndlessBesideComplements(expr);
  }

  /** Of items that differ: whether there are as many as it takes. */
  #hasItems(list: number): boolean {
    const nodes = this.#nodes;
    return nodes.b(list) <= 1 ? this.of(nodes.a(list)) : this.isEndless(nodes.a(list));
  }

  /** Of an item that has begun: whether enough others may follow it. */
  hasMoreItems(expr: number): boolean {
    const nodes = this.#nodes;
    const list = nodes.c(expr);
    return nodes.b(list) <= 1 || this.isEndless(nodes.a(list));
  }

  /** Of an intersection: whether one part has endlessly many texts, or none, and all others are complements of few. */
  #isEndlessBesideComplements(expr: number): boolean {
    const nodes = this.#nodes;
    let hasOther = false;
    for (let rest = expr, isLast = false; !isLast; rest = nodes.b(rest)) {
      isLast = nodes.kind(rest) !== kinds.and;
      const part = isLast ? rest : nodes.a(rest);
      if (this.leavesLong(part)) continue;
      if (hasOther || !this.isEndless(part)) return false;
      hasOther = true;
    }
    return true;
  }

  /** Whether it is a complement that has every text from some length on. */
  leavesLong(expr: number): boolean {
    const nodes = this.#nodes;
    return nodes.kind(expr) === kinds.not && this.isBounded(nodes.a(expr));
  }

  /** Whether it has infinitely many texts; false says nothing. */
  isEndless(expr: number): boolean {
    const nodes = this.#nodes;
    const kind = nodes.kind(expr);
    if (!nodes.has(expr, flags.boolean)) return kind !== kinds.none && !this.isBounded(expr);
    const a = nodes.a(expr);
    const b = nodes.b(expr);
    if (kind === kinds.concat) return (this.isEndless(a) && this.of(b)) || (this.of(a) && this.isEndless(b));
    if (kind === kinds.or) return this.isEndless(a) || this.isEndless(b);
    if (kind === kinds.distinct) return this.isEndless(a);
    if (kind === kinds.begun) return this.isEndless(a) && this.hasMoreItems(expr);
    return kind === kinds.and && this.#isEndlessBesideComplements(expr);
  }

  /** Whether there is a length that no text of it has, as far as its form shows. */
  isBounded(expr: number): boolean {
    let known = this.#bounded.get(expr);
    if (known === undefined) this.#bounded.set(expr, (known = this.#computeBounded(expr)));
    return known;
  }

  #computeBounded(expr: number): boolean {
    const nodes = this.#nodes;
    const kind = nodes.kind(expr);
    if (kind === kinds.concat || kind === kinds.or) return this.partsOf(expr).every((part) => this.isBounded(part));
    if (kind === kinds.and) return this.partsOf(expr).some((part) => this.isBounded(part));
    if (kind === kinds.repeat) return nodes.c(expr) !== endless && this.isBounded(nodes.a(expr));
    if (kind === kinds.distinct) return nodes.c(expr) !== endless && this.isBounded(nodes.a(expr));
    if (kind === kinds.begun) return this.isBounded(nodes.a(expr)) && this.isBounded(nodes.c(expr));
    return kind !== kinds.not && kind !== kinds.multiple;
  }

  /** Of a sequence, an alternative or an intersection. */
  partsOf(expr: number): number[] {
    const nodes = this.#nodes;
    const parts: number[] = [];
    let rest = expr;
    for (; nodes.kind(rest) === nodes.kind(expr); rest = nodes.b(rest)) parts.push(nodes.a(rest));
    return [...parts, rest];
  }
}
