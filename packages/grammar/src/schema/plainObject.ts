/**
 * The object that most schemas describe: names with a schema each, some of them required, and one schema for all other names.
 * What a property is settles nothing about others, so that its states are known without looking at claims.
 */
import { hasLoneSurrogate } from "../json/texts.ts";
import type { BodyContext } from "./bodyContext.ts";
import { type Claims, conjuncts } from "./claims.ts";
import type { Formula } from "./formula.ts";
import type { ObjectClaim } from "./objectClaims.ts";
import type { RuleBody, RuleSymbol } from "./ruleBody.ts";

export interface PlainObject {
  /** In the order in which they are written. */
  readonly names: readonly string[];
  readonly required: ReadonlySet<string>;
  /** By name; any value where there is none. */
  readonly values: ReadonlyMap<string, Formula>;
  /** Of names that are not among these; absent: any value. */
  readonly others: Formula | undefined;
}

/** Undefined for an object of which more is said. */
export function plainObject(claims: Claims<ObjectClaim>): PlainObject | undefined {
  if (claims.kind === "false" || claims.kind === "any") return undefined;
  const [names, named] = [new Set<string>(), new Set<string>()];
  const required = new Set<string>();
  const values = new Map<string, Formula>();
  let each: Extract<ObjectClaim, { is: "each" | "some" }> | undefined;
  for (const part of conjuncts(claims)) {
    if (part.kind !== "claim") return undefined;
    const { claim } = part;
    if (claim.is === "declared") for (const name of claim.names) names.add(name);
    else if (claim.is === "present") required.add(claim.name);
    else if (claim.is === "property" && claim.value.kind !== "false" && !values.has(claim.name)) {
      values.set(claim.name, claim.value);
    } else if (claim.is === "each" && each === undefined && claim.keys.isOthers && claim.keys.texts.length === 0) {
      each = claim;
    } else return undefined;
    if ("name" in claim) named.add(claim.name);
  }
  for (const name of named) names.add(name);
  if (each) {
    // a name that it is about as well has two schemas
    for (const name of names) if (!each.keys.names.has(name)) return undefined;
    for (const name of each.keys.names) names.add(name);
  }
  return { names: [...names], required, values, others: each?.value };
}

/** Adds edges from the start to the end for all such objects, made from the last name back. */
export function addPlainObject(context: BodyContext, body: RuleBody, ends: BodyEnds, object: PlainObject): void {
  const { punctuation, formulas } = context;
  const { names, required, values, others } = object;
  const symbols = names.map((name) => {
    return hasLoneSurrogate(name) ? undefined : context.symbolOf(values.get(name) ?? formulas.true);
  });
  const free = context.symbolOf(others ?? formulas.true);
  let canEnd = true;
  /** After a brace or comma. */
  let before: number | undefined;
  /** After a value; a comma or a brace follows. */
  let after = body.addState();
  const addProperty = (from: number, key: RuleSymbol, value: RuleSymbol): void => {
    const middle = body.addState();
    body.addEdge(from, key, middle);
    body.addEdge(middle, value, after);
  };
  const addAfter = (): void => {
    if (before !== undefined) body.addEdge(after, punctuation.comma, before);
    if (canEnd) body.addEdge(after, punctuation.closeObject, ends.end);
  };
  if (free) {
    before = body.addState();
    addProperty(before, punctuation.otherKey(names, "name"), free);
  }
  addAfter();
  for (let i = names.length - 1; i >= 0; i--) {
    const [name, value] = [names[i]!, symbols[i]];
    const state = body.addState();
    if (value) addProperty(state, punctuation.namedKey(name), value);
    if (required.has(name)) canEnd = false;
    else if (before !== undefined) body.addEdgesOf(state, before);
    before = state;
    if (i === 0) break;
    after = body.addState();
    addAfter();
  }
  if (canEnd) body.addEdge(ends.start, punctuation.emptyObject, ends.end);
  if (before !== undefined) body.addEdge(ends.start, punctuation.openObject, before);
}

export interface BodyEnds {
  readonly start: number;
  readonly end: number;
}
