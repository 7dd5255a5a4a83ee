/**
 * Which of several expressions have texts in common, and outside each other: a walk over all of their derivatives at once, which
 * answers for every combination what a search would have to be made for.
 */
import type { Algebra } from "./algebra.ts";
import type { Derivatives } from "./derivatives.ts";
import { WordTable } from "./wordTable.ts";

/**
 * For each combination that a text of the first expression has: one character for each of the others, 1 where the text is one
 * of it; in rising order. Undefined where the walk takes more places than `mostPlaces`.
 */
export function combinationsOf(
  algebra: Algebra,
  derivatives: Derivatives,
  exprs: readonly number[],
  mostPlaces: number,
): string[] | undefined {
  const { nodes, none } = algebra;
  const found = new Set<string>();
  const places = new WordTable();
  places.number(Uint32Array.from(exprs));
  // the table grows while it is walked
  for (let at = 0; at < places.size; at++) {
    const place = places.get(at);
    if (algebra.isNullable(place[0]!)) {
      let flags = "";
      for (let i = 1; i < place.length; i++) flags += algebra.isNullable(place[i]!) ? "1" : "0";
      found.add(flags);
    }
    let classes = nodes.classes(place[0]!);
    for (const expr of place) classes = nodes.partitions.refine(classes, nodes.classes(expr));
    const { firstOf } = nodes.partitions.get(classes);
    derivatives.budget.spend(firstOf.length * place.length);
    for (const byte of firstOf) {
      if (derivatives.of(place[0]!, byte) === none) continue;
      places.number(place.map((expr) => derivatives.of(expr, byte)));
      if (places.size > mostPlaces) return undefined;
    }
  }
  return [...found].sort();
}
