/**
 * What a schema says of a value, as a formula: schemas that are read when they are needed, connectives, and leaves that
 * say something of values of one type and nothing of others. Equal formulas are the same object: what must hold of a value
 * at once is a set of schemas with signs, and there are finitely many of those, however schemas refer to each other.
 */
import type { JsonType } from "./jsonTypes.ts";
import type { Leaf } from "./leaves.ts";
import type { Location } from "./document.ts";
import { emptyScope, type Scope } from "./scopes.ts";
import { saysNothing } from "./shapes.ts";

interface Numbered {
  readonly id: number;
}

export type Formula = Numbered &
  (
    | { readonly kind: "true" | "false" }
    | { readonly kind: "and" | "or" | "oneOf"; readonly parts: readonly Formula[] }
    | { readonly kind: "not"; readonly part: Formula }
    /** The schema at a place, entered through the resources of the scope. */
    | { readonly kind: "schema"; readonly location: Location; readonly scope: Scope }
    /** The value is of one of the types. */
    | { readonly kind: "types"; readonly types: ReadonlySet<JsonType> }
    | { readonly kind: "leaf"; readonly leaf: Leaf }
  );
export type SchemaFormula = Formula & { readonly kind: "schema" };

interface Fields {
  readonly kind: Formula["kind"];
  readonly parts?: readonly Formula[];
  readonly part?: Formula;
  readonly location?: Location;
  readonly scope?: Scope;
  readonly types?: ReadonlySet<JsonType>;
  readonly leaf?: Leaf;
}

/** All formulas have all fields, those of other kinds undefined: code that reads them is compiled for one shape. */
function formulaOf(id: number, { kind, parts, part, location, scope, types, leaf }: Fields): Formula {
  return { id, kind, parts, part, location, scope, types, leaf } as Formula;
}

export class Formulas {
  readonly true: Formula = formulaOf(0, { kind: "true" });
  readonly false: Formula = formulaOf(1, { kind: "false" });
  readonly #known = new Map<string, Formula>();
  readonly #leaves = new Map<Leaf, Formula>();
  /** Of the empty scope. */
  readonly #schemas = new Map<Location, Formula>();
  #count = 2;

  and(parts: readonly Formula[]): Formula {
    return this.#join("and", parts, this.true, this.false);
  }

  or(parts: readonly Formula[]): Formula {
    return this.#join("or", parts, this.false, this.true);
  }

  oneOf(parts: readonly Formula[]): Formula {
    const kept = parts.filter((part) => part !== this.false);
    if (kept.length <= 1) return kept[0] ?? this.false;
    return this.#intern(`1${kept.map(({ id }) => id).join()}`, { kind: "oneOf", parts: kept });
  }

  not(part: Formula): Formula {
    if (part === this.true) return this.false;
    if (part === this.false) return this.true;
    return part.kind === "not" ? part.part : this.#intern(`!${part.id}`, { kind: "not", part });
  }

  types(types: readonly JsonType[]): Formula {
    const set = new Set(types);
    return this.#intern(`t${[...set].sort().join()}`, { kind: "types", types: set });
  }

  schema(location: Location, scope: Scope): Formula {
    if (location.value === true) return this.true;
    if (location.value === false) return this.false;
    if (saysNothing(location.value)) return this.true;
    if (scope !== emptyScope)
      return this.#intern(`s${scope.id}${location.pointer}`, { kind: "schema", location, scope });
    let formula = this.#schemas.get(location);
    if (!formula)
      this.#schemas.set(location, (formula = formulaOf(this.#count++, { kind: "schema", location, scope })));
    return formula;
  }

  leaf(leaf: Leaf): Formula {
    let formula = this.#leaves.get(leaf);
    if (!formula) this.#leaves.set(leaf, (formula = formulaOf(this.#count++, { kind: "leaf", leaf })));
    return formula;
  }

  #join(kind: "and" | "or", parts: readonly Formula[], neutral: Formula, absorbing: Formula): Formula {
    const set = new Set<Formula>();
    for (const part of parts) {
      if (part.kind === kind) for (const inner of part.parts) set.add(inner);
      else if (part !== neutral) set.add(part);
    }
    if (set.has(absorbing)) return absorbing;
    for (const part of set) if (part.kind === "not" && set.has(part.part)) return absorbing;
    if (set.size <= 1) return [...set][0] ?? neutral;
    const kept = [...set];
    return this.#intern(`${kind}${kept.map(({ id }) => id).join()}`, { kind, parts: kept });
  }

  #intern(key: string, fields: Fields): Formula {
    let known = this.#known.get(key);
    if (!known) this.#known.set(key, (known = formulaOf(this.#count++, fields)));
    return known;
  }
}

function partsOf(formula: Formula): readonly Formula[] {
  return formula.kind === "and" || formula.kind === "or" || formula.kind === "oneOf" ? formula.parts : [];
}

/** For messages. */
export function nameOf(formula: Formula): string {
  if (formula.kind === "schema") return `#${formula.location.pointer}`;
  const place = partsOf(formula).find(({ kind }) => kind === "schema");
  return place?.kind === "schema" ? `#${place.location.pointer}` : "value";
}
