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
    if (kind === kinds.concat) {
      let rest = expr;
      for (; this.#isMixed(rest); rest = nodes.b(rest)) if (!this.of(nodes.a(rest))) return false;
      return this.of(rest);
    }
    if (kind === kinds.or) return nodes.parts(expr).some((part) => this.of(part));
    if (kind === kinds.distinct) return nodes.b(expr) === 0 || this.#hasItems(expr);
    if (kind === kinds.begun) return this.of(nodes.a(expr)) && this.hasMoreItems(expr);
    return kind === kinds.and && this.#isEndlessBesideComplements(expr);
  }

  /** Whether it is a sequence with a complement or intersection in it. */
  #isMixed(expr: number): boolean {
    return this.#nodes.kind(expr) === kinds.concat && this.#nodes.has(expr, flags.boolean);
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
    for (const part of nodes.parts(expr)) {
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
    if (kind === kinds.concat) {
      if (!this.of(expr)) return false;
      let rest = expr;
      for (; this.#isMixed(rest); rest = nodes.b(rest)) if (this.isEndless(nodes.a(rest))) return true;
      return this.isEndless(rest);
    }
    if (kind === kinds.or) return nodes.parts(expr).some((part) => this.isEndless(part));
    if (kind === kinds.distinct) return this.isEndless(nodes.a(expr));
    if (kind === kinds.begun) return this.isEndless(nodes.a(expr)) && this.hasMoreItems(expr);
    return kind === kinds.and && this.#isEndlessBesideComplements(expr);
  }

  /** Whether there is a length that no text of it has, as far as its form shows. */
  isBounded(expr: number): boolean {
    const known = this.#bounded.get(expr);
    if (known !== undefined) return known;
    const nodes = this.#nodes;
    // from its end on: a sequence is as long as the text that it spells
    const tails: number[] = [];
    let rest = expr;
    for (; nodes.kind(rest) === kinds.concat && !this.#bounded.has(rest); rest = nodes.b(rest)) tails.push(rest);
    let isBounded = this.#bounded.get(rest) ?? this.#computeBounded(rest);
    this.#bounded.set(rest, isBounded);
    for (const tail of tails.reverse()) {
      isBounded &&= this.isBounded(nodes.a(tail));
      this.#bounded.set(tail, isBounded);
    }
    return isBounded;
  }

  #computeBounded(expr: number): boolean {
    const nodes = this.#nodes;
    const kind = nodes.kind(expr);
    if (kind === kinds.or) return nodes.parts(expr).every((part) => this.isBounded(part));
    if (kind === kinds.and) return nodes.parts(expr).some((part) => this.isBounded(part));
    if (kind === kinds.repeat) return nodes.c(expr) !== endless && this.isBounded(nodes.a(expr));
    if (kind === kinds.distinct) return nodes.c(expr) !== endless && this.isBounded(nodes.a(expr));
    if (kind === kinds.begun) return this.isBounded(nodes.a(expr)) && this.isBounded(nodes.c(expr));
    return kind !== kinds.not && kind !== kinds.multiple;
  }
}
