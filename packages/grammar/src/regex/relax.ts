/** Expressions without large counts: more texts and fewer residuals. */
import type { Algebra } from "./algebra.ts";
import { endless, kinds } from "./kinds.ts";

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
    if (kind === kinds.concat) return algebra.concat(nodes.parts(expr).map(of));
    if (kind === kinds.or) return algebra.or(nodes.parts(expr).map(of));
    if (kind === kinds.and) return algebra.and(nodes.parts(expr).map(of));
    if (kind !== kinds.repeat) return expr;
    const min = nodes.b(expr);
    const max = nodes.c(expr);
    return algebra.repeatOf(of(nodes.a(expr)), min > small ? 1 : min, max > small ? endless : max);
  };
  return of(given);
}
