/**
 * Schemas whose meaning is seen from their keywords: references, objects with properties, arrays of one kind of items, and
 * alternatives. Most are of these; they become rules without formulas and claims. Whatever is not as it should be is left to
 * those, which refuse it.
 */
import type { Location } from "./document.ts";
import type { Formula } from "./formula.ts";
import { isConstraint } from "./keywords.ts";
import type { PlainObject } from "./plainObject.ts";
import type { Readings } from "./schemaReader.ts";
import { isObject, type SchemaObject } from "./schemaObject.ts";
import { emptyScope } from "./scopes.ts";

export type PlainSchema =
  | { readonly is: "same"; readonly as: Formula }
  /** Values that are no objects satisfy it unless it is typed. */
  | { readonly is: "object"; readonly object: PlainObject; readonly isTyped: boolean }
  | { readonly is: "array"; readonly items: Formula; readonly isNonEmpty: boolean }
  /** At least one of the branches holds; of `oneOf`, exactly one. */
  | { readonly is: "anyOf" | "oneOf"; readonly branches: readonly Formula[] };

const shapes = {
  $ref: 1,
  type: 2,
  properties: 4,
  required: 8,
  additionalProperties: 16,
  items: 32,
  minItems: 64,
  anyOf: 128,
  oneOf: 256,
} as const;
const other = 512;
const bitOf: ReadonlyMap<string, number> = new Map(Object.entries(shapes));
const ofObjects = shapes.type | shapes.properties | shapes.required | shapes.additionalProperties;
const ofArrays = shapes.type | shapes.items | shapes.minItems;

/** Undefined for one that says something else, or more. */
export function plainSchema(readings: Readings, location: Location): PlainSchema | undefined {
  const { value, resource } = location;
  if (!isObject(value) || readings.document.hasDynamicReferences) return undefined;
  let found = 0;
  for (const keyword of Object.keys(value)) {
    if (isConstraint(keyword)) found |= bitOf.get(keyword) ?? other;
  }
  if (found === shapes.$ref || ((found & shapes.$ref) !== 0 && resource.dialect.refStandsAlone)) {
    const { target } = readings.document.resolve(location, "$ref", value["$ref"]);
    return isSchema(target.value) ? { is: "same", as: placeOf(readings, target) } : undefined;
  }
  if (found === shapes.anyOf) return alternatives(readings, location, "anyOf");
  if (found === shapes.oneOf) return alternatives(readings, location, "oneOf");
  const { type } = value;
  const isTyped = (found & shapes.type) !== 0;
  if ((type === "object" || !isTyped) && (found & ~ofObjects) === 0)
    return plainObjectOf(readings, location, value, isTyped);
  if (type === "array" && (found & ~ofArrays) === 0) return arrayOf(readings, location, value);
  return undefined;
}

function isSchema(value: unknown): boolean {
  return typeof value === "boolean" || isObject(value);
}

function placeOf({ document, formulas }: Readings, location: Location): Formula {
  return formulas.schema(document.firstLike(location), emptyScope);
}

function alternatives(readings: Readings, location: Location, is: "anyOf" | "oneOf"): PlainSchema | undefined {
  const given = (location.value as SchemaObject)[is];
  if (!Array.isArray(given) || !given.every(isSchema)) return undefined;
  return { is, branches: given.map((_, i) => placeOf(readings, readings.document.at(location, is, i))) };
}

function arrayOf(readings: Readings, location: Location, value: SchemaObject): PlainSchema | undefined {
  const { items = true, minItems = 0 } = value;
  if (!isSchema(items) || (minItems !== 0 && minItems !== 1)) return undefined;
  const every = "items" in value ? placeOf(readings, readings.document.at(location, "items")) : readings.formulas.true;
  return { is: "array", items: every, isNonEmpty: minItems === 1 };
}

function plainObjectOf(
  readings: Readings,
  location: Location,
  value: SchemaObject,
  isTyped: boolean,
): PlainSchema | undefined {
  const { document } = readings;
  const { properties = {}, required = [], additionalProperties: given = true } = value;
  if (!isObject(properties) || !Array.isArray(required) || !isSchema(given)) return undefined;
  const names = Object.keys(properties);
  const values = new Map<string, Formula>();
  for (const name of names) {
    const inner = properties[name];
    if (!isSchema(inner) || inner === false) return undefined;
    values.set(name, placeOf(readings, document.at(location, "properties", name)));
  }
  const others = given === true ? undefined : placeOf(readings, document.at(location, "additionalProperties"));
  for (const name of required) {
    if (typeof name !== "string") return undefined;
    if (values.has(name)) continue;
    // its schema is the one of all others
    values.set(name, others ?? readings.formulas.true);
    names.push(name);
  }
  return { is: "object", object: { names, required: new Set(required as string[]), values, others }, isTyped };
}
