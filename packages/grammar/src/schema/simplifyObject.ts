/**
 * Claims about an object without what contradicts, or follows from, what holds anyway (unit propagation). So exactly-one of
 * objects that a property tells apart loses its complements, and branches that cannot be go.
 */
import type { Budget } from "../budget/budget.ts";
import { type Claims, type ClaimTable, conjuncts } from "./claims.ts";
import type { Formula, Formulas } from "./formula.ts";
import type { KeySet } from "./keySets.ts";
import type { ObjectClaim } from "./objectClaims.ts";

/** Rounds in which new facts are drawn from the last ones. */
const mostRounds = 8;

interface Facts {
  readonly present: Set<string>;
  readonly absent: Set<string>;
  readonly values: Map<string, Formula[]>;
  readonly each: { readonly keys: KeySet; readonly value: Formula }[];
  min: number;
  max: number;
}

export interface ObjectLooks {
  readonly objectTable: ClaimTable<ObjectClaim>;
  isSurelyEmpty(formula: Formula): boolean;
  hasKey(keys: KeySet, name: string): boolean;
}

export class ObjectSimplifier {
  readonly #looks: ObjectLooks;
  readonly #formulas: Formulas;
  readonly #budget: Budget;
  readonly #known = new Map<Claims<ObjectClaim>, Claims<ObjectClaim>>();
  readonly #facts = new Map<Claims<ObjectClaim>, Facts>();

  constructor(looks: ObjectLooks, formulas: Formulas, budget: Budget) {
    this.#looks = looks;
    this.#formulas = formulas;
    this.#budget = budget;
  }

  simplify(claims: Claims<ObjectClaim>): Claims<ObjectClaim> {
    let known = this.#known.get(claims);
    if (known) return known;
    known = claims;
    for (let round = 0; round < mostRounds; round++) {
      const simpler = this.#round(known);
      if (simpler === known) break;
      known = simpler;
    }
    this.#known.set(claims, known);
    this.#known.set(known, known);
    return known;
  }

  /** Whether no object satisfies both, as far as single names show: most alternatives differ in one that they ask for. */
  areSurelyApart(a: Claims<ObjectClaim>, b: Claims<ObjectClaim>): boolean {
    const [first, second] = [this.#factsOf(a), this.#factsOf(b)];
    this.#budget.spend(1);
    const isImpossible = (name: string): boolean => {
      if (this.#isExcluded(first, name) || this.#isExcluded(second, name)) return true;
      const [own, others] = [first.values.get(name), second.values.get(name)];
      return (
        own !== undefined && others !== undefined && this.#looks.isSurelyEmpty(this.#formulas.and([...own, ...others]))
      );
    };
    for (const name of first.present) if (isImpossible(name)) return true;
    for (const name of second.present) if (!first.present.has(name) && isImpossible(name)) return true;
    return false;
  }

  #isExcluded(facts: Facts, name: string): boolean {
    return facts.absent.has(name) || this.#isForbidden(facts, name);
  }

  #factsOf(claims: Claims<ObjectClaim>): Facts {
    let facts = this.#facts.get(claims);
    if (!facts) this.#facts.set(claims, (facts = factsOf(claims)));
    return facts;
  }

  #round(claims: Claims<ObjectClaim>): Claims<ObjectClaim> {
    const table = this.#looks.objectTable;
    if (claims.kind === "true" || claims.kind === "false") return claims;
    const facts = factsOf(claims);
    this.#budget.spend(1 + conjuncts(claims).length);
    if (facts.min > facts.max || facts.present.size > facts.max) return table.false;
    for (const name of facts.present) if (facts.absent.has(name)) return table.false;
    const parts = conjuncts(claims);
    const added: Claims<ObjectClaim>[] = [];
    for (const name of new Set([...facts.present, ...facts.values.keys()])) {
      const values = this.#valuesOf(facts, name);
      // one schema alone is seldom of nothing, and pruned later if it is
      if (values.length < 2 && !(facts.present.has(name) && values[0] === this.#formulas.false)) continue;
      if (!this.#looks.isSurelyEmpty(this.#formulas.and(values))) continue;
      if (facts.present.has(name)) return table.false;
      if (!facts.absent.has(name)) added.push(table.claim({ is: "absent", name }));
    }
    const done = new Map<Claims<ObjectClaim>, Claims<ObjectClaim>>();
    const simpler = parts.map((part) =>
      part.kind === "any" ? table.map(part, (claim, of) => this.#judge(claim, of, facts), done) : part,
    );
    return table.all([...simpler, ...added]);
  }

  /** What becomes of a claim in an alternative, the facts holding anyway. */
  #judge(claim: ObjectClaim, of: Claims<ObjectClaim>, facts: Facts): Claims<ObjectClaim> {
    const table = this.#looks.objectTable;
    this.#budget.spend(1);
    switch (claim.is) {
      case "declared":
        return of;
      case "present":
        if (facts.present.has(claim.name)) return table.true;
        return this.#isExcluded(facts, claim.name) ? table.false : of;
      case "absent":
        if (this.#isExcluded(facts, claim.name)) return table.true;
        return facts.present.has(claim.name) ? table.false : of;
      case "property": {
        const { name, value } = claim;
        if (facts.absent.has(name)) return table.true;
        const values = this.#valuesOf(facts, name);
        if (values.length === 0) return of;
        const formulas = this.#formulas;
        if (this.#looks.isSurelyEmpty(formulas.and([...values, formulas.not(value)]))) return table.true;
        if (!this.#looks.isSurelyEmpty(formulas.and([...values, value]))) return of;
        return facts.present.has(name) ? table.false : table.claim({ is: "absent", name });
      }
      case "count": {
        const min = Math.max(facts.min, facts.present.size);
        if (claim.max < min || claim.min > facts.max) return table.false;
        return claim.min <= min && claim.max >= facts.max ? table.true : of;
      }
      case "each":
      case "some":
        return of;
      default:
        return claim satisfies never;
    }
  }

  #valuesOf(facts: Facts, name: string): Formula[] {
    const own = facts.values.get(name) ?? [];
    if (facts.each.length === 0) return own;
    return [...own, ...facts.each.filter(({ keys }) => this.#looks.hasKey(keys, name)).map(({ value }) => value)];
  }

  #isForbidden(facts: Facts, name: string): boolean {
    return facts.each.some(({ keys, value }) => value === this.#formulas.false && this.#looks.hasKey(keys, name));
  }
}

function factsOf(claims: Claims<ObjectClaim>): Facts {
  const facts: Facts = { present: new Set(), absent: new Set(), values: new Map(), each: [], min: 0, max: Infinity };
  for (const part of conjuncts(claims)) {
    if (part.kind !== "claim") continue;
    const { claim } = part;
    if (claim.is === "present") facts.present.add(claim.name);
    else if (claim.is === "absent") facts.absent.add(claim.name);
    else if (claim.is === "property") {
      const values = facts.values.get(claim.name);
      if (values) values.push(claim.value);
      else facts.values.set(claim.name, [claim.value]);
    } else if (claim.is === "each") facts.each.push(claim);
    else if (claim.is === "count") {
      facts.min = Math.max(facts.min, claim.min);
      facts.max = Math.min(facts.max, claim.max);
    }
  }
  return facts;
}
