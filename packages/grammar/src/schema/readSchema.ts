/** A schema object as a formula: the conjunction of what each keyword says, beside a reference as anywhere. */
import type { Location } from "./document.ts";
import { isObject } from "./schemaObject.ts";
import { UnsupportedSchemaError } from "./errors.ts";
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

type Read = (reader: SchemaReader) => Formula[];

/** In the order in which a schema has the first of the keywords: properties are written in the order in which they are read. */
const readers: readonly (readonly [read: Read, keywords: readonly string[]])[] = [
  [readValues, []],
  [readNumbers, []],
  [readStrings, []],
  [readArrays, []],
  [readReferences, ["$ref", "$dynamicRef", "$recursiveRef"]],
  [readObjects, ["properties", "required"]],
  [(reader) => reader.list("allOf") ?? [], ["allOf"]],
  [(reader) => (reader.has("anyOf") ? [reader.formulas.or(reader.list("anyOf")!)] : []), ["anyOf"]],
  [(reader) => (reader.has("oneOf") ? [reader.formulas.oneOf(reader.list("oneOf")!)] : []), ["oneOf"]],
  [readCondition, ["if"]],
  [(reader) => (reader.has("not") ? [reader.formulas.not(reader.inner("not")!)] : []), []],
];
const reads = readers.map(([read]) => read);
const readOf: ReadonlyMap<string, Read> = new Map(
  readers.flatMap(([read, keywords]) => keywords.map((keyword) => [keyword, read] as const)),
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

function inOrder(reader: SchemaReader): Formula[] {
  const order = new Set<Read>();
  for (const keyword of Object.keys(reader.schema)) {
    const read = readOf.get(keyword);
    if (read) order.add(read);
  }
  for (const read of reads) order.add(read);
  return [...order].flatMap((read) => read(reader));
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
