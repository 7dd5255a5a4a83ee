/** How many texts an expression has. */
import type { Expr, Expressions } from "./expressions.ts";
import { SureText } from "./sureText.ts";

/** Longest text that is counted, in bytes. */
const longest = 1000;

/** Infinity for more than `most`, and for what has long or endless texts. */
export function countTexts(expressions: Expressions, expr: Expr, most: number): number {
  const known = new Map<Expr, number>();
  const count = (of: Expr, length: number): number => {
    const before = known.get(of);
    if (before !== undefined) return before;
    if (expressions.isEmpty(of)) return 0;
    if (length > longest) return Infinity;
    // what comes back to itself has no end
    known.set(of, Infinity);
    const { classOf, firstOf } = expressions.classes(of);
    const sizes = new Map<number, number>();
    for (const each of classOf) sizes.set(each, (sizes.get(each) ?? 0) + 1);
    let total = expressions.isNullable(of) ? 1 : 0;
    for (let each = 0; each < firstOf.length && total <= most; each++) {
      const rest = count(expressions.derive(of, firstOf[each]!), length + 1);
      if (rest > 0) total += rest * sizes.get(each)!;
    }
    const result = total > most ? Infinity : total;
    known.set(of, result);
    return result;
  };
  return new SureText(expressions.nodes).isEndless(expr) ? Infinity : count(expr, 0);
}
