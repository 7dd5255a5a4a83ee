/** An object's claims, by where along its fixed order of names they are settled. */
import { ofLength } from "../json/texts.ts";
import type { TextRegex } from "../regex/textRegex.ts";
import { type Claims, claimsIn, type ClaimTable, conjuncts } from "./claims.ts";
import { type CountSet, everyCount, meetCounts } from "./countSets.ts";
import type { Formula, Formulas } from "./formula.ts";
import { type KeyKind, keyKinds } from "./keyKinds.ts";
import type { KeySet } from "./keySets.ts";
import type { ObjectClaim } from "./objectClaims.ts";
import type { CompileSettings } from "./options.ts";
import type { Views } from "./views.ts";

/** Names that are not declared and match the same patterns. */
export interface FreeKeys {
  /** Absent: all names that are not declared. */
  readonly texts: TextRegex | undefined;
  /** What every value under such a name satisfies. */
  readonly value: Formula;
  has(keys: KeySet): boolean;
}

export interface ObjectPlan {
  /** In the order in which they are written. */
  readonly names: readonly string[];
  /** By name: claims about it alone. */
  readonly local: ReadonlyMap<string, Claims<ObjectClaim>>;
  readonly free: readonly FreeKeys[];
  /** Names that are not free. */
  readonly declared: readonly string[];
  readonly counts: CountSet;
  /** Claims about several names, or about all that are not declared. */
  readonly others: Claims<ObjectClaim>;
}

export function planObject(
  views: Views,
  formulas: Formulas,
  claims: Claims<ObjectClaim>,
  { stringLength, nameOrder }: Pick<CompileSettings, "stringLength" | "nameOrder">,
): ObjectPlan {
  const table = views.objectTable;
  const names = inOrder(namesIn(claims), nameOrder);
  const spread = (claim: ObjectClaim, of: Claims<ObjectClaim>): Claims<ObjectClaim> => {
    if (claim.is === "declared") return table.true;
    if (claim.is !== "each" && claim.is !== "some") return of;
    const { value } = claim;
    const own = names
      .filter((name) => views.hasKey(claim.keys, name))
      .map((name) => ({ name, met: propertyClaim(table, name, value) }));
    if (claim.is === "each") return table.all([...own.map(({ met }) => met), of]);
    return table.any([...own.map(({ name, met }) => table.all([table.claim({ is: "present", name }), met])), of]);
  };
  const local = new Map<string, Claims<ObjectClaim>[]>();
  const each: { keys: KeySet; value: Formula }[] = [];
  const others: Claims<ObjectClaim>[] = [];
  let counts = everyCount;
  for (const part of conjuncts(claims)) {
    for (const spreadPart of conjuncts(table.map(part, spread))) {
      if (spreadPart.kind === "claim" && spreadPart.claim.is === "count")
        counts = meetCounts(counts, [spreadPart.claim]);
      else if (spreadPart.kind === "claim" && spreadPart.claim.is === "each") each.push(spreadPart.claim);
      else {
        const name = onlyName(spreadPart);
        if (name === undefined) others.push(spreadPart);
        else if (local.has(name)) local.get(name)!.push(spreadPart);
        else local.set(name, [spreadPart]);
      }
    }
  }
  const declared = [...new Set([...names, ...nameOrder])];
  return {
    names,
    declared,
    local: new Map(Array.from(local, ([name, parts]) => [name, table.all(parts)])),
    free: freeKeys(views, formulas, each, table.all(others), { declared, longest: stringLength }),
    counts,
    others: table.all(others),
  };
}

/** Whether it matters how many properties there are, beside whether there are any. */
export function isCounted({ counts, others }: ObjectPlan): boolean {
  const bounds = [...counts, ...claimsIn(others).filter((claim) => claim.is === "count")];
  return bounds.some(({ min, max }) => min > 1 || (max > 0 && max < Infinity));
}

/** Whether all free properties follow one schema, and nothing is said of them together. */
export function areOfOneKind(plan: ObjectPlan): boolean {
  return plan.free.length === 1 && plan.others.kind === "true" && !isCounted(plan);
}

function propertyClaim(table: ClaimTable<ObjectClaim>, name: string, value: Formula): Claims<ObjectClaim> {
  if (value.kind === "true") return table.true;
  return table.claim(value.kind === "false" ? { is: "absent", name } : { is: "property", name, value });
}

/** Declared ones as they stand, then those that are only asked for, then those that are only excluded. */
function namesIn(claims: Claims<ObjectClaim>): string[] {
  const all = claimsIn(claims);
  const names = new Set(all.flatMap((claim) => (claim.is === "declared" ? claim.names : [])));
  for (const claim of all) if ("name" in claim) names.add(claim.name);
  for (const claim of all) if ("keys" in claim) for (const name of claim.keys.names) names.add(name);
  return [...names];
}

function inOrder(names: string[], order: readonly string[]): string[] {
  if (order.length === 0) return names;
  const places = new Map(order.map((name, place) => [name, place]));
  return names.sort((a, b) => places.get(a)! - places.get(b)!);
}

/** The one name that the claims are about; undefined if they are about more than its property. */
function onlyName(claims: Claims<ObjectClaim>): string | undefined {
  let only: string | undefined;
  for (const claim of claimsIn(claims)) {
    if (!("name" in claim) || (only !== undefined && claim.name !== only)) return undefined;
    only = claim.name;
  }
  return only;
}

const anyOther: { readonly texts: undefined; readonly matched: KeyKind["matched"] } = {
  texts: undefined,
  matched: new Set(),
};

function freeKeys(
  views: Views,
  formulas: Formulas,
  each: readonly { keys: KeySet; value: Formula }[],
  claims: Claims<ObjectClaim>,
  { declared, longest }: { readonly declared: readonly string[]; readonly longest: number },
): FreeKeys[] {
  const keySets = [
    ...each.map(({ keys }) => keys),
    ...claimsIn(claims).flatMap((claim) => ("keys" in claim ? [claim.keys] : [])),
  ];
  const patterns = [...new Set(keySets.flatMap(({ texts }) => texts))];
  // where nothing tells names apart, it is known without a look that there are some
  const isOneKind = patterns.length === 0 && longest === Infinity;
  const kinds = isOneKind ? [anyOther] : keyKinds(views, declared, ofLength(0, longest), patterns);
  const free = kinds.map(({ texts, matched }) => {
    const has = (keys: KeySet): boolean => keys.texts.some((pattern) => matched.has(pattern)) !== keys.isOthers;
    return { texts, has, value: formulas.and(each.filter(({ keys }) => has(keys)).map(({ value }) => value)) };
  });
  return free.filter(({ value }) => value.kind !== "false");
}
