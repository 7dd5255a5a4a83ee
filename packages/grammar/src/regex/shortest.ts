/** First bytes of short texts: where a search for any text of an expression had best begin. */
import type { Algebra } from "./algebra.ts";
import { afterItem } from "./distinct.ts";
import { kinds } from "./kinds.ts";
import type { Nodes } from "./nodes.ts";

const unknown = -2;
/** No byte can be told. */
const none = -1;

export class Shortest {
  readonly #algebra: Algebra;
  #known = new Int16Array(1024).fill(unknown);

  constructor(algebra: Algebra) {
    this.#algebra = algebra;
  }

  /** The first byte of a shortest text, if the expression holds no complement; a good guess otherwise. -1 if there is none. */
  firstByte(expr: number): number {
    if (expr >= this.#known.length) {
      const known = new Int16Array(Math.max(expr + 1, this.#known.length * 2)).fill(unknown);
      known.set(this.#known);
      this.#known = known;
    }
    let byte = this.#known[expr]!;
    if (byte === unknown) this.#known[expr] = byte = this.#compute(expr);
    return byte;
  }

  #compute(expr: number): number {
    const { nodes } = this.#algebra;
    switch (nodes.kind(expr)) {
      case kinds.none:
      case kinds.empty:
      case kinds.not:
      case kinds.multiple:
        return none;
      case kinds.bytes:
        return nodes.sets.first(nodes.a(expr));
      case kinds.concat: {
        const head = nodes.a(expr);
        return this.firstByte(nodes.minLength(head) === 0 ? nodes.b(expr) : head);
      }
      case kinds.repeat:
      case kinds.distinct:
        return this.firstByte(nodes.a(expr));
      case kinds.begun:
        return this.firstByte(nodes.minLength(nodes.a(expr)) > 0 ? nodes.a(expr) : afterItem(this.#algebra, expr));
      case kinds.or:
        return this.firstByte(
          this.#best(expr, kinds.or, (part, best) => nodes.minLength(part) < nodes.minLength(best)),
        );
      case kinds.and:
        // what is nearly done is ended first; what needs nothing does not say where to go
        return this.firstByte(this.#best(expr, kinds.and, (part, best) => urgency(nodes, part) < urgency(nodes, best)));
    }
  }

  #best(
    expr: number,
    kind: typeof kinds.or | typeof kinds.and,
    isBetter: (part: number, best: number) => boolean,
  ): number {
    const { nodes } = this.#algebra;
    let best = nodes.a(expr);
    let rest = nodes.b(expr);
    for (; nodes.kind(rest) === kind; rest = nodes.b(rest)) if (isBetter(nodes.a(rest), best)) best = nodes.a(rest);
    return isBetter(rest, best) ? rest : best;
  }
}

function urgency(nodes: Nodes, part: number): number {
  const length = nodes.minLength(part);
  return nodes.kind(part) === kinds.not || length === 0 ? Number.POSITIVE_INFINITY : length;
}
