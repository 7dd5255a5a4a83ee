/**
 * Derivatives (Brzozowski, JACM 11, 1964): what may follow a byte. Each is computed once for a class of bytes that all lead
 * to the same one.
 */
import type { Budget } from "../budget/budget.ts";
import { type Algebra, half } from "./algebra.ts";
import { afterItem, begun, readOn } from "./distinct.ts";
import { endless, flags, kinds, mostRemembered } from "./kinds.ts";

const unknown = -1;
/** What making one costs, beside what there is one already of. */
const stepsOfOne = 4;
const zero = 0x30;
const point = 0x2e;

export class Derivatives {
  readonly #algebra: Algebra;
  /** By expression: where its derivatives begin, one more; 0 where it has none yet. */
  #rows: Int32Array = new Int32Array(1024);
  /** Of all expressions, by class of bytes. */
  #results: Int32Array = new Int32Array(4096);
  #count = 0;
  budget: Budget;
  sizeBytes = 0;

  constructor(algebra: Algebra, budget: Budget) {
    this.#algebra = algebra;
    this.budget = budget;
  }

  of(expr: number, byte: number): number {
    const { nodes, none } = this.#algebra;
    if (expr <= 1) return none;
    // literal texts, of which most grammars have many, need no row
    const only = this.#algebra.onlyByte(expr);
    if (only >= 0) return byte === only ? this.#algebra.afterFirst(expr) : none;
    const { classOf, firstOf } = nodes.partitions.get(nodes.classes(expr));
    if (firstOf.length > mostRemembered && nodes.has(expr, flags.distinct)) {
      this.budget.spend(stepsOfOne);
      return this.#compute(expr, byte);
    }
    const row = expr < this.#rows.length ? this.#rows[expr]! : 0;
    const at = (row === 0 ? this.#addRow(expr, firstOf.length) : row) - 1 + classOf[byte]!;
    let result = this.#results[at]!;
    if (result === unknown) {
      this.budget.spend(stepsOfOne);
      result = this.#compute(expr, byte);
      this.#results[at] = result;
    }
    return result;
  }

  #addRow(expr: number, length: number): number {
    if (expr >= this.#rows.length) this.#rows = grown(this.#rows, expr + 1);
    const first = this.#count;
    this.#count += length;
    if (this.#count > this.#results.length) this.#results = grown(this.#results, this.#count);
    this.#results.fill(unknown, first, this.#count);
    this.sizeBytes += 4 + length * 4;
    return (this.#rows[expr] = first + 1);
  }

  #compute(expr: number, byte: number): number {
    const algebra = this.#algebra;
    const { nodes } = algebra;
    switch (nodes.kind(expr)) {
      case kinds.none:
      case kinds.empty:
        return algebra.none;
      case kinds.bytes:
        return nodes.sets.has(nodes.a(expr), byte) ? algebra.empty : algebra.none;
      case kinds.multiple: {
        if (byte === point) return expr;
        if (byte < zero || byte > zero + 9) return algebra.none;
        const modulus = nodes.moduli[nodes.a(expr)]!;
        const remainder = nodes.b(expr) + nodes.c(expr) * half;
        return algebra.multiple(modulus, (10 * remainder + byte - zero) % modulus);
      }
      case kinds.concat: {
        const head = nodes.a(expr);
        const tail = nodes.b(expr);
        const first = algebra.concat2(this.of(head, byte), tail);
        return algebra.isNullable(head) ? algebra.or2(first, this.of(tail, byte)) : first;
      }
      case kinds.or:
        return algebra.or(this.#parts(expr, kinds.or, byte));
      case kinds.and:
        return algebra.and(this.#parts(expr, kinds.and, byte));
      case kinds.not:
        return algebra.not(this.of(nodes.a(expr), byte));
      case kinds.repeat: {
        const part = nodes.a(expr);
        const min = nodes.b(expr);
        const max = nodes.c(expr);
        const first = this.of(part, byte);
        if (first === algebra.none) return first;
        const rest = algebra.repeatOf(part, Math.max(0, min - 1), max === endless ? endless : max - 1);
        return algebra.concat2(first, rest);
      }
      case kinds.distinct:
        return begun(algebra, this.of(nodes.a(expr), byte), algebra.byte(byte), expr);
      case kinds.begun: {
        const item = nodes.a(expr);
        const rest = this.of(item, byte);
        const within =
          rest === algebra.none ? rest : begun(algebra, rest, readOn(algebra, nodes.b(expr), byte), nodes.c(expr));
        return algebra.isNullable(item) ? algebra.or2(within, this.of(afterItem(algebra, expr), byte)) : within;
      }
    }
  }

  #parts(expr: number, kind: typeof kinds.or | typeof kinds.and, byte: number): number[] {
    const { nodes } = this.#algebra;
    const parts: number[] = [];
    let rest = expr;
    for (; nodes.kind(rest) === kind; rest = nodes.b(rest)) parts.push(this.of(nodes.a(rest), byte));
    parts.push(this.of(rest, byte));
    this.budget.spend(parts.length);
    return parts;
  }
}

function grown(words: Int32Array, least: number): Int32Array {
  const result = new Int32Array(Math.max(least, words.length * 2));
  result.set(words);
  return result;
}
