/** Claims as alternatives that are built one by one, each simplified by itself; the rest stays within an alternative. */
import { type Claims, claimsIn, conjuncts, type ClaimTable } from "./claims.ts";

/** More than these stay together in one alternative, whose states then carry them. */
const mostAlternatives = 256;

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
    const choice = parts
      .filter((part) => part.kind === "any" && (parts.length === 1 || [...claimsIn(part)].some(mustSplit)))
      .reduce<Claims<T> & { kind: "any" } | undefined>(
        (least, part) => (part.kind === "any" && (!least || part.parts.length < least.parts.length) ? part : least),
        undefined,
      );
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
