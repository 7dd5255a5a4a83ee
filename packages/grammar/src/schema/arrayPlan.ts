/** An array's claims, by what settles them: single items, all items, the length, or items one after the other. */
import type { ArrayClaim } from "./arrayClaims.ts";
import { type Claims, claimsIn, type ClaimTable, conjuncts } from "./claims.ts";
import { type CountSet, everyCount, meetCounts } from "./countSets.ts";
import type { Formula } from "./formula.ts";
import type { Origin } from "./leaves.ts";

/** Lengths up to this are told apart by the state instead of the counter. */
const shortest = 2;

export interface ArrayPlan {
  /** Items that have states of their own; all others share theirs. */
  readonly places: number;
  /** What must hold of the item at a place, or of one after all places. */
  formulasAt(place: number): Formula[];
  readonly counts: CountSet;
  /** Claims that are settled by no single item. */
  readonly others: Claims<ArrayClaim>;
  /** Where it says that no two items are equal. */
  readonly unique: Origin | undefined;
  readonly isCounted: boolean;
}

export function planArray(table: ClaimTable<ArrayClaim>, claims: Claims<ArrayClaim>): ArrayPlan {
  const every: { from: number; to: number; value: Formula }[] = [];
  const others: Claims<ArrayClaim>[] = [];
  let counts = everyCount;
  let unique: Origin | undefined;
  for (const part of conjuncts(claims)) {
    const claim = part.kind === "claim" ? part.claim : undefined;
    if (claim?.is === "item") every.push({ from: claim.index, to: claim.index, value: claim.value });
    else if (claim?.is === "rest") every.push({ from: claim.from, to: Infinity, value: claim.value });
    else if (claim?.is === "count") counts = meetCounts(counts, [claim]);
    else if (claim?.is === "unique") unique ??= claim.origin;
    else others.push(part);
  }
  const all = claimsIn(claims);
  const bounds = all.flatMap((claim) => (claim.is === "count" ? [claim.min, claim.max + 1] : []));
  const short = bounds.filter((bound) => bound <= shortest);
  const named = all.map((claim) => (claim.is === "item" ? claim.index + 1 : "from" in claim ? claim.from : 0));
  // where no item can be after some length, the states before it are all there is
  const places = named.concat(short).reduce((most, each) => Math.max(most, each), 0);
  return {
    places,
    formulasAt: (place) => every.filter(({ from, to }) => from <= place && place <= to).map(({ value }) => value),
    counts,
    others: table.all(others),
    unique,
    isCounted: bounds.some((bound) => bound < Infinity && bound > places),
  };
}
