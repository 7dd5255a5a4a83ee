/**
 * What holds of arrays, or of objects, as a monotone formula over claims: complements are pushed into the claims, so that
 * each is something that a path through a rule can make true. Equal ones are the same object.
 */
import type { Budget } from "../budget/budget.ts";

interface Numbered {
  readonly id: number;
}

export type AnyClaims<T> = Numbered & { readonly kind: "any"; readonly parts: readonly Claims<T>[] };

export type Claims<T> =
  | (Numbered & { readonly kind: "true" })
  | (Numbered & { readonly kind: "false" })
  | (Numbered & { readonly kind: "all"; readonly parts: readonly Claims<T>[] })
  | AnyClaims<T>
  | (Numbered & { readonly kind: "claim"; readonly claim: T });

export class ClaimTable<T> {
  readonly true: Claims<T> = { id: 0, kind: "true" };
  readonly false: Claims<T> = { id: 1, kind: "false" };
  readonly #known = new Map<string, Claims<T>>();
  readonly #keyOf: (claim: T) => string;
  readonly #budget: Budget;
  #count = 2;

  /** @param keyOf tells claims apart */
  constructor(keyOf: (claim: T) => string, budget: Budget) {
    this.#keyOf = keyOf;
    this.#budget = budget;
  }

  claim(claim: T): Claims<T> {
    const key = this.#keyOf(claim);
    let known = this.#known.get(key);
    if (!known) this.#known.set(key, (known = { id: this.#count++, kind: "claim", claim }));
    return known;
  }

  all(parts: readonly Claims<T>[]): Claims<T> {
    return this.#join("all", parts, this.true, this.false);
  }

  any(parts: readonly Claims<T>[]): Claims<T> {
    return this.#join("any", parts, this.false, this.true);
  }

  /** Each claim replaced, and what follows from that. */
  map(claims: Claims<T>, change: (claim: T, of: Claims<T>) => Claims<T>, done?: Map<Claims<T>, Claims<T>>): Claims<T> {
    if (claims.kind === "true" || claims.kind === "false") return claims;
    this.#budget.spend(1);
    const known = done?.get(claims);
    if (known) return known;
    let changed: Claims<T>;
    if (claims.kind === "claim") changed = change(claims.claim, claims);
    else {
      const inside = done ?? new Map<Claims<T>, Claims<T>>();
      const parts = claims.parts.map((part) => this.map(part, change, inside));
      const isSame = parts.every((part, i) => part === claims.parts[i]);
      changed = isSame ? claims : claims.kind === "all" ? this.all(parts) : this.any(parts);
    }
    done?.set(claims, changed);
    return changed;
  }

  #join(kind: "all" | "any", parts: readonly Claims<T>[], neutral: Claims<T>, absorbing: Claims<T>): Claims<T> {
    this.#budget.spend(parts.length);
    const set = new Set<Claims<T>>();
    for (const part of parts) {
      if (part.kind === kind) for (const inner of part.parts) set.add(inner);
      else if (part !== neutral) set.add(part);
    }
    if (set.has(absorbing)) return absorbing;
    // a part that another one's parts contain says nothing more: a or (a and b), a and (a or b)
    for (const part of set) {
      if ("parts" in part && part.parts.some((inner) => set.has(inner))) set.delete(part);
    }
    if (set.size <= 1) return [...set][0] ?? neutral;
    const kept = [...set];
    const key = `${kind}${kept.map(({ id }) => id).join()}`;
    let known = this.#known.get(key);
    if (!known) this.#known.set(key, (known = { id: this.#count++, kind, parts: kept } as Claims<T>));
    return known;
  }
}

/** Every claim in it, in the order in which they stand. */
export function claimsIn<T>(claims: Claims<T>): T[] {
  if (claims.kind === "claim") return [claims.claim];
  const found: T[] = [];
  const seen = new Set<Claims<T>>();
  const collect = (each: Claims<T>): void => {
    if (seen.has(each)) return;
    seen.add(each);
    if (each.kind === "claim") found.push(each.claim);
    else if ("parts" in each) each.parts.forEach(collect);
  };
  collect(claims);
  return found;
}

/** What must hold at once. */
export function conjuncts<T>(claims: Claims<T>): readonly Claims<T>[] {
  return claims.kind === "all" ? claims.parts : claims.kind === "true" ? [] : [claims];
}
