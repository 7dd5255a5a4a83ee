/** Packed expressions in another store: each is made there when it is asked for. */
import { type Algebra, half } from "../regex/algebra.ts";
import type { Expr, Expressions } from "../regex/expressions.ts";
import { distinct } from "../regex/distinct.ts";
import { kinds, leastOf, mostOf } from "../regex/kinds.ts";
import type { PackedExpressions } from "./packExpressions.ts";

const unmade = -1;

export class UnpackedExpressions {
  readonly #algebra: Algebra;
  readonly #packed: PackedExpressions;
  /** By place. */
  readonly #exprs: Int32Array;

  constructor({ algebra }: Expressions, packed: PackedExpressions) {
    this.#algebra = algebra;
    this.#packed = packed;
    this.#exprs = new Int32Array(packed.nodes.length / 4).fill(unmade);
  }

  /** The expression at a place. */
  at(root: number): Expr {
    const exprs = this.#exprs;
    const stack = [root];
    for (let place = stack.at(-1); place !== undefined; place = stack.at(-1)) {
      const parts = exprs[place] === unmade ? this.#partsOf(place) : [];
      let isReady = true;
      for (const part of parts) {
        if (exprs[part] !== unmade) continue;
        stack.push(part);
        isReady = false;
      }
      if (!isReady) continue;
      if (exprs[place] === unmade) exprs[place] = this.#build(place, parts);
      stack.pop();
    }
    return exprs[root]!;
  }

  #field(place: number, field: number): number {
    return this.#packed.nodes[place * 4 + field]!;
  }

  /** Alternatives, and what must hold at once, are made as a whole. */
  #partsOf(place: number): number[] {
    const kind = this.#field(place, 0);
    const a = this.#field(place, 1);
    if (kind === kinds.not || kind === kinds.repeat) return [a];
    if (kind === kinds.concat || kind === kinds.distinct) return [a, this.#field(place, 2)];
    const parts: number[] = [];
    if (kind !== kinds.or && kind !== kinds.and) return parts;
    let rest = place;
    for (; this.#field(rest, 0) === kind; rest = this.#field(rest, 2)) parts.push(this.#field(rest, 1));
    parts.push(rest);
    return parts;
  }

  #build(place: number, parts: readonly number[]): number {
    const algebra = this.#algebra;
    const kind = this.#field(place, 0);
    const exprs = this.#exprs;
    const a = this.#field(place, 1);
    const b = this.#field(place, 2);
    const c = this.#field(place, 3);
    switch (kind) {
      case kinds.none:
        return algebra.none;
      case kinds.empty:
        return algebra.empty;
      case kinds.bytes:
        return algebra.bytesOf(this.#packed.sets.slice(a * 8, a * 8 + 8));
      case kinds.concat:
        return algebra.concat2(exprs[a]!, exprs[b]!);
      case kinds.or:
        return algebra.or(this.#made(parts));
      case kinds.and:
        return algebra.and(this.#made(parts));
      case kinds.not:
        return algebra.not(exprs[a]!);
      case kinds.repeat:
        return algebra.repeatOf(exprs[a]!, b, c);
      case kinds.distinct:
        return distinct(algebra, { item: exprs[a]!, tail: exprs[b]!, min: leastOf(c), max: mostOf(c) });
      case kinds.multiple:
        return algebra.multiple(this.#packed.moduli[a]!, b + c * half);
      default:
        throw new RangeError(`image expected known kinds of expressions, got ${kind}`);
    }
  }

  #made(parts: readonly number[]): number[] {
    const exprs: number[] = [];
    for (const part of parts) exprs.push(this.#exprs[part]!);
    return exprs;
  }
}
