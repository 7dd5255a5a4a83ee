/** A schema object as a formula: the conjunction of what each keyword says, beside a reference as anywhere. */
import type { Location } from "./document.ts";
import { isObject } from "./schemaObject.ts";
import { UnsupportedSchemaError } from "./errors.ts";
import { isConstraint } from "./keywords.ts";
import type { Formula } from "./formula.ts";
import { readArrays } from "./readArrays.ts";
import { readNumbers } from "./readNumbers.ts";
import { readObjects } from "./readObjects.ts";
import { readReferences } from "./readReferences.ts";
import { readStrings } from "./readStrings.ts";
import { readUnevaluated } from "./readUnevaluated.ts";
import { readValues } from "./readValues.ts";
import { type Readings, SchemaReader } from "./schemaReader.ts";
import { enter, type Scope } from "./scopes.ts";

/** Keywords that are read together. */
interface KeywordGroup {
  readonly read: (reader: SchemaReader) => Formula[];
  /** The first of these in a schema is where it is read: properties are written in the order in which they are read. */
  readonly ordered: readonly string[];
  readonly others: readonly string[];
}

/** In this order where a schema's own does not tell. */
const groups: readonly KeywordGroup[] = [
  { read: readValues, ordered: [], others: ["type", "const", "enum"] },
  {
    read: readNumbers,
    ordered: [],
    others: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
  },
  { read: readStrings, ordered: [], others: ["minLength", "maxLength", "pattern", "format"] },
  {
    read: readArrays,
    ordered: [],
    others: ["items", "prefixItems", "minItems", "maxItems", "contains", "uniqueItems"],
  },
  { read: readReferences, ordered: ["$ref", "$dynamicRef", "$recursiveRef"], others: [] },
  {
    read: readObjects,
    ordered: ["properties", "required"],
    others: [
      "patternProperties",
      "additionalProperties",
      "propertyNames",
      "minProperties",
      "maxProperties",
      "dependentRequired",
      "dependentSchemas",
      "dependencies",
    ],
  },
  { read: (reader) => reader.list("allOf")!, ordered: ["allOf"], others: [] },
  { read: (reader) => [reader.formulas.or(reader.list("anyOf")!)], ordered: ["anyOf"], others: [] },
  { read: (reader) => [reader.formulas.oneOf(reader.list("oneOf")!)], ordered: ["oneOf"], others: [] },
  { read: readCondition, ordered: ["if"], others: ["then", "else"] },
  { read: (reader) => [reader.formulas.not(reader.inner("not")!)], ordered: [], others: ["not"] },
];
const isOrdered: ReadonlySet<string> = new Set(groups.flatMap(({ ordered }) => ordered));
const groupOf: ReadonlyMap<string, KeywordGroup> = new Map(
  groups.flatMap((group) => [...group.ordered, ...group.others].map((keyword) => [keyword, group] as const)),
);

export function readSchema(readings: Readings, location: Location, outerScope: Scope): Formula {
  const { value } = location;
  if (typeof value === "boolean") return value ? readings.formulas.true : readings.formulas.false;
  if (!isObject(value)) {
    throw new UnsupportedSchemaError("$ref", location.pointer, "expected a schema there");
  }
  const scope = readings.document.hasDynamicReferences ? enter(outerScope, location) : outerScope;
  const reader = new SchemaReader(readings, location, value, scope);
  if (location.resource.dialect.refStandsAlone && reader.has("$ref"))
    return readings.formulas.and(readReferences(reader));
  return readUnevaluated(reader, readings.formulas.and(inOrder(reader)));
}

/** What the keywords say that are there. */
function inOrder(reader: SchemaReader): Formula[] {
  const order = new Set<KeywordGroup>();
  const found = new Set<KeywordGroup>();
  for (const keyword of Object.keys(reader.schema)) {
    // places of schemas that differ in nothing else are taken for the same
    if (!isConstraint(keyword)) continue;
    const group = groupOf.get(keyword);
    if (group === undefined) continue;
    found.add(group);
    if (isOrdered.has(keyword)) order.add(group);
  }
  for (const group of groups) if (found.has(group)) order.add(group);
  return Array.from(order, ({ read }) => read(reader)).flat();
}

function readCondition(reader: SchemaReader): Formula[] {
  const { formulas } = reader;
  const condition = reader.inner("if");
  const [then, otherwise] = [reader.inner("then"), reader.inner("else")];
  if (!condition || (!then && !otherwise)) return [];
  return [
    formulas.or([
      formulas.and([condition, then ?? formulas.true]),
      formulas.and([formulas.not(condition), otherwise ?? formulas.true]),
    ]),
  ];
}
