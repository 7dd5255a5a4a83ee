/** Claims as alternatives that are built one by one, each simplified by itself; the rest stays within an alternative. */
import { type AnyClaims, type Claims, claimsIn, conjuncts, type ClaimTable } from "./claims.ts";

/** More than these stay together in one alternative, whose states then carry them. */
const mostAlternatives = 1024;

export function alternativesOf<T>(
  table: ClaimTable<T>,
  claims: Claims<T>,
  simplify: (claims: Claims<T>) => Claims<T>,
  mustSplit: (claim: T) => boolean,
): Claims<T>[] {
  const done = new Set<Claims<T>>();
  const pending = [claims];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const simpler = simplify(next);
    if (simpler.kind === "false") continue;
    const parts = conjuncts(simpler);
    const choices = parts.filter((part): part is AnyClaims<T> => {
      return part.kind === "any" && claimsIn(part).some(mustSplit);
    });
    const choice = choices.sort((a, b) => a.parts.length - b.parts.length)[0];
    const isAlone = parts.length === 1;
    if (!choice || (!isAlone && done.size + pending.length + choice.parts.length > mostAlternatives)) {
      done.add(simpler);
      continue;
    }
    const others = parts.filter((part) => part !== choice);
    for (const part of choice.parts.toReversed()) pending.push(table.all([...others, part]));
  }
  return [...done];
}
