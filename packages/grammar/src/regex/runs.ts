/** Texts that are runs of what a repetition repeats, and how long these are at least, as far as the form of an expression shows. */
import { endless, kinds } from "./kinds.ts";
import type { Nodes } from "./nodes.ts";

/** Expressions further inside each other are not looked at. */
const deepest = 200;

export class Runs {
  readonly #nodes: Nodes;
  /** By what is repeated: by expression, whether its texts are runs of it. */
  readonly #known = new Map<number, Map<number, boolean>>();
  /** By what is repeated: by expression, of how many of it all its texts are at least, if they are runs of it. */
  readonly #least = new Map<number, Map<number, number>>();
  readonly #codes = new Map<number, boolean>();
  #depth = 0;

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

  /** Whether a part repeats something fewer times than another one needs. @param parts of an intersection */
  areTooLong(parts: ReadonlySet<number>): boolean {
    const nodes = this.#nodes;
    for (const part of parts) {
      const most = nodes.kind(part) === kinds.repeat ? nodes.c(part) : endless;
      if (most === endless) continue;
      const unit = nodes.a(part);
      if (!this.#isCode(unit)) continue;
      for (const other of parts) if (other !== part && this.#leastOf(other, unit) > most) return true;
    }
    return false;
  }

  #leastOf(expr: number, unit: number): number {
    let known = this.#least.get(unit);
    if (!known) this.#least.set(unit, (known = new Map()));
    let least = known.get(expr);
    if (least !== undefined || this.#depth === deepest) return least ?? 0;
    this.#depth++;
    least = this.#computeLeast(expr, unit);
    this.#depth--;
    known.set(expr, least);
    return least;
  }

  #computeLeast(expr: number, unit: number): number {
    const nodes = this.#nodes;
    if (expr === unit || this.#isOne(expr, unit)) return 1;
    const [a, b] = [nodes.a(expr), nodes.b(expr)];
    switch (nodes.kind(expr)) {
      case kinds.or:
        return Math.min(this.#leastOf(a, unit), this.#leastOf(b, unit));
      case kinds.and:
        return Math.max(this.#leastOf(a, unit), this.#leastOf(b, unit));
      case kinds.concat:
        // behind what is no run, nothing is known of where the next one begins
        return this.#leastOf(a, unit) + (this.#areRuns(a, unit) ? this.#leastOf(b, unit) : 0);
      case kinds.repeat:
        return this.#areRuns(a, unit) ? b * this.#leastOf(a, unit) : Math.min(b, 1) * this.#leastOf(a, unit);
      case kinds.none:
      case kinds.empty:
      case kinds.bytes:
      case kinds.not:
      case kinds.multiple:
      case kinds.distinct:
      case kinds.begun:
        return 0;
    }
  }

  #areRuns(expr: number, unit: number): boolean {
    let known = this.#known.get(unit);
    if (!known) this.#known.set(unit, (known = new Map()));
    let areRuns = known.get(expr);
    if (areRuns === undefined) known.set(expr, (areRuns = this.#compute(expr, unit)));
    return areRuns;
  }

  /** Whether the first bytes tell which of its texts follows: a text is a run of them in one way only. */
  #isCode(unit: number): boolean {
    let isCode = this.#codes.get(unit);
    if (isCode === undefined) this.#codes.set(unit, (isCode = this.#firstBytes(unit) !== undefined));
    return isCode;
  }

  /** Undefined for what is not seen to be a code. */
  #firstBytes(expr: number): Uint32Array | undefined {
    const nodes = this.#nodes;
    const kind = nodes.kind(expr);
    if (kind === kinds.bytes) return nodes.sets.bits(nodes.a(expr));
    if (kind === kinds.concat) {
      const [first, ...others] = nodes.parts(expr).map((part) => this.#firstBytes(part));
      return others.includes(undefined) ? undefined : first;
    }
    if (kind !== kinds.or) return undefined;
    const all = new Uint32Array(8);
    for (const part of nodes.parts(expr)) {
      const first = this.#firstBytes(part);
      if (!first || first.some((word, i) => (word & all[i]!) !== 0)) return undefined;
      first.forEach((word, i) => (all[i]! |= word));
    }
    return all;
  }

  #isOne(expr: number, unit: number): boolean {
    const nodes = this.#nodes;
    return this.#alternatives(unit).some((each) => {
      if (each === expr) return true;
      const areBytes = nodes.kind(expr) === kinds.bytes && nodes.kind(each) === kinds.bytes;
      return areBytes && this.#isWithin(nodes.a(expr), nodes.a(each));
    });
  }

  #compute(expr: number, unit: number): boolean {
    const nodes = this.#nodes;
    if (expr === unit || this.#isOne(expr, unit)) return true;
    switch (nodes.kind(expr)) {
      case kinds.none:
      case kinds.empty:
        return true;
      case kinds.concat:
      case kinds.or:
        return nodes.parts(expr).every((part) => this.#areRuns(part, unit));
      case kinds.and:
        return nodes.parts(expr).some((part) => this.#areRuns(part, unit));
      case kinds.repeat:
        return this.#areRuns(nodes.a(expr), unit);
      case kinds.bytes:
      case kinds.not:
      case kinds.multiple:
      case kinds.distinct:
      case kinds.begun:
        return false;
    }
  }

  #isWithin(set: number, other: number): boolean {
    const { sets } = this.#nodes;
    const bits = sets.bits(other);
    return set === other || sets.bits(set).every((word, i) => (word & ~bits[i]!) === 0);
  }

  #alternatives(expr: number): number[] {
    return this.#nodes.kind(expr) === kinds.or ? this.#nodes.parts(expr) : [expr];
  }
}
