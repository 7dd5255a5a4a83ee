/** Where digits stand in the texts of an expression, as far as its form shows. */
import { endless, flags, kinds } from "./kinds.ts";
import type { Nodes } from "./nodes.ts";

export class DigitForms {
  readonly #nodes: Nodes;

  constructor(nodes: Nodes) {
    this.#nodes = nodes;
  }

  /** Whether all texts are of digits alone, as far as the form shows. */
  isOfDigits(expr: number): boolean {
    const nodes = this.#nodes;
    const [a, b] = [nodes.a(expr), nodes.b(expr)];
    switch (nodes.kind(expr)) {
      case kinds.none:
      case kinds.empty:
        return true;
      case kinds.bytes:
        return nodes.sets.bits(a).every((word, i) => (i === 1 ? (word & ~0x03ff0000) === 0 : word === 0));
      case kinds.and:
        return this.isOfDigits(a) || this.isOfDigits(b);
      case kinds.or:
      case kinds.concat:
        return this.isOfDigits(a) && this.isOfDigits(b);
      case kinds.repeat:
        return this.isOfDigits(a);
      case kinds.not:
      case kinds.multiple:
      case kinds.distinct:
      case kinds.begun:
        return false;
    }
  }

  /** False where no text begins with one. */
  mayBeginWithDigit(expr: number): boolean {
    const nodes = this.#nodes;
    const [a, b] = [nodes.a(expr), nodes.b(expr)];
    switch (nodes.kind(expr)) {
      case kinds.none:
      case kinds.empty:
        return false;
      case kinds.bytes:
        return this.digitsOf(a) > 0;
      case kinds.concat:
        return this.mayBeginWithDigit(a) || (nodes.has(a, flags.nullable) && this.mayBeginWithDigit(b));
      case kinds.or:
        return this.mayBeginWithDigit(a) || this.mayBeginWithDigit(b);
      case kinds.repeat:
        return this.mayBeginWithDigit(a);
      case kinds.and:
      case kinds.not:
      case kinds.multiple:
      case kinds.distinct:
      case kinds.begun:
        return true;
    }
  }

  /** No text has more digits. */
  mostDigits(expr: number): number {
    const nodes = this.#nodes;
    const [a, b] = [nodes.a(expr), nodes.b(expr)];
    switch (nodes.kind(expr)) {
      case kinds.none:
      case kinds.empty:
        return 0;
      case kinds.bytes:
        return Math.min(this.digitsOf(a), 1);
      case kinds.concat:
        return this.mostDigits(a) + this.mostDigits(b);
      case kinds.or:
        return Math.max(this.mostDigits(a), this.mostDigits(b));
      case kinds.repeat: {
        const digits = this.mostDigits(a);
        return digits === 0 ? 0 : nodes.c(expr) === endless ? Number.POSITIVE_INFINITY : digits * nodes.c(expr);
      }
      case kinds.and:
      case kinds.not:
      case kinds.multiple:
      case kinds.distinct:
      case kinds.begun:
        return Number.POSITIVE_INFINITY;
    }
  }

  /** How many digits a set of bytes has. */
  digitsOf(set: number): number {
    let count = 0;
    for (let byte = 0x30; byte <= 0x39; byte++) if (this.#nodes.sets.has(set, byte)) count++;
    return count;
  }
}
