/** Texts that are runs of what a repetition without an end repeats, as far as the form of an expression shows. */
import { endless, kinds, type Nodes } from "./nodes.ts";

export class Runs {
  readonly #nodes: Nodes;
  /** By what is repeated: by expression, whether its texts are runs of it. */
  readonly #known = new Map<number, Map<number, boolean>>();

  constructor(nodes: Nodes) {
    this.#nodes = nodes;
  }

  /** Whether a complement excludes every text of another part. @param parts of an intersection */
  leaveNothing(parts: ReadonlySet<number>): boolean {
    const nodes = this.#nodes;
    for (const part of parts) {
      if (nodes.kind(part) !== kinds.not) continue;
      for (const excluded of this.#alternatives(nodes.a(part))) {
        if (nodes.kind(excluded) !== kinds.repeat || nodes.b(excluded) > 0 || nodes.c(excluded) !== endless) continue;
        const unit = nodes.a(excluded);
        for (const other of parts) if (this.#areRuns(other, unit)) return true;
      }
    }
    return false;
  }

  #areRuns(expr: number, unit: number): boolean {
    let known = this.#known.get(unit);
    if (!known) this.#known.set(unit, (known = new Map()));
    let areRuns = known.get(expr);
    if (areRuns === undefined) known.set(expr, (areRuns = this.#compute(expr, unit)));
    return areRuns;
  }

  #compute(expr: number, unit: number): boolean {
    const nodes = this.#nodes;
    if (expr === unit) return true;
    const a = nodes.a(expr);
    switch (nodes.kind(expr)) {
      case kinds.none:
      case kinds.empty:
        return true;
      case kinds.bytes:
        return this.#alternatives(unit).some(
          (each) => nodes.kind(each) === kinds.bytes && this.#isWithin(a, nodes.a(each)),
        );
      case kinds.concat:
        return this.#alternatives(unit).includes(expr) || this.#parts(expr).every((part) => this.#areRuns(part, unit));
      case kinds.or:
        return this.#parts(expr).every((part) => this.#areRuns(part, unit));
      case kinds.and:
        return this.#parts(expr).some((part) => this.#areRuns(part, unit));
      case kinds.repeat:
        return this.#areRuns(a, unit);
      case kinds.not:
      case kinds.multiple:
        return false;
    }
  }

  #isWithin(set: number, other: number): boolean {
    const { sets } = this.#nodes;
    const bits = sets.bits(other);
    return set === other || sets.bits(set).every((word, i) => (word & ~bits[i]!) === 0);
  }

  #alternatives(expr: number): number[] {
    return this.#nodes.kind(expr) === kinds.or ? this.#parts(expr) : [expr];
  }

  #parts(expr: number): number[] {
    const nodes = this.#nodes;
    const kind = nodes.kind(expr);
    const parts: number[] = [];
    let rest = expr;
    for (; nodes.kind(rest) === kind; rest = nodes.b(rest)) parts.push(nodes.a(rest));
    parts.push(rest);
    return parts;
  }
}
