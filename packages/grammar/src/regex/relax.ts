/** Expressions without large counts: more texts and fewer residuals. */
import type { Algebra } from "./algebra.ts";
import { endless, kinds } from "./nodes.ts";

/** Counts up to here stay. */
const small = 4;

/** An expression whose texts hold all those of the given one. */
export function relax(algebra: Algebra, given: number): number {
  const { nodes } = algebra;
  const known = new Map<number, number>();
  const of = (expr: number): number => {
    let result = known.get(expr);
    if (result === undefined) known.set(expr, (result = compute(expr)));
    return result;
  };
  const compute = (expr: number): number => {
    const kind = nodes.kind(expr);
    switch (kind) {
      case kinds.concat:
        return algebra.concat2(of(nodes.a(expr)), of(nodes.b(expr)));
      case kinds.or:
        return algebra.or2(of(nodes.a(expr)), of(nodes.b(expr)));
      case kinds.and:
        return algebra.and2(of(nodes.a(expr)), of(nodes.b(expr)));
      case kinds.repeat: {
        const [min, max] = [nodes.b(expr), nodes.c(expr)];
        return algebra.repeatOf(of(nodes.a(expr)), min > small ? 1 : min, max > small ? endless : max);
      }
      case kinds.none:
      case kinds.empty:
      case kinds.bytes:
      case kinds.not:
      case kinds.multiple:
        return expr;
      default:
        return kind satisfies never;
    }
  };
  return of(given);
}
