/** `type`, `enum` and `const` (JSON Schema validation §6.1), and OpenAPI 3.0's `nullable`. */
import { decimalOf } from "../json/decimal.ts";
import { literal, or } from "../json/texts.ts";
import { isObject } from "./schemaObject.ts";
import type { Formula, Formulas } from "./formula.ts";
import { type JsonType, jsonTypes } from "./jsonTypes.ts";
import { otherKeys } from "./keySets.ts";
import type { SchemaReader } from "./schemaReader.ts";

/** Arrays and objects inside each other in a value of `enum` or `const`. */
const deepest = 64;

export function readValues(reader: SchemaReader): Formula[] {
  const { formulas, schema } = reader;
  const found: Formula[] = [];
  if (reader.has("type")) found.push(typesOf(reader));
  if (reader.has("const")) found.push(valueFormula(reader, "const", schema["const"]));
  if (reader.has("enum")) {
    const { enum: values } = schema;
    if (!Array.isArray(values)) reader.refuse("enum", "expected an array");
    found.push(enumFormula(reader, values as readonly unknown[]));
  }
  return found.length === 0 ? found : [formulas.and(found)];
}

function typesOf(reader: SchemaReader): Formula {
  const { formulas, schema } = reader;
  const { type } = schema;
  const names: unknown[] = Array.isArray(type) ? type : [type];
  if (names.length === 0) reader.refuse("type", "expected a type, or several");
  const types = names.filter((name): name is JsonType => jsonTypes.includes(name as JsonType));
  const unknown = names.find((name) => name !== "integer" && !jsonTypes.includes(name as JsonType));
  if (unknown !== undefined) reader.refuse("type", `${JSON.stringify(unknown)} is no type`);
  if (schema["nullable"] === true && reader.location.resource.dialect.isUnnamed) types.push("null");
  const whole = formulas.and([formulas.types(["number"]), formulas.leaf({ type: "number", is: "whole" })]);
  const isWhole = names.includes("integer") && !types.includes("number");
  return formulas.or([...(types.length > 0 ? [formulas.types(types)] : []), ...(isWhole ? [whole] : [])]);
}

function enumFormula(reader: SchemaReader, values: readonly unknown[]): Formula {
  const { formulas } = reader;
  const strings = values.filter((value) => typeof value === "string");
  const numbers = values.filter((value) => typeof value === "number");
  const parts: Formula[] = [];
  if (strings.length > 0) {
    const texts = or(...strings.map(literal));
    parts.push(formulas.and([formulas.types(["string"]), formulas.leaf({ type: "string", texts })]));
  }
  if (numbers.length > 0) {
    const leaf = formulas.leaf({ type: "number", is: "equal", values: numbers.map(decimalOf) });
    parts.push(formulas.and([formulas.types(["number"]), leaf]));
  }
  for (const value of values) {
    if (typeof value !== "string" && typeof value !== "number") parts.push(valueFormula(reader, "enum", value));
  }
  return formulas.or(parts);
}

/** One value: arrays and objects by their parts, in the order in which they stand. */
function valueFormula(reader: SchemaReader, keyword: string, value: unknown, depth = 0): Formula {
  const { formulas } = reader;
  if (depth > deepest)
    reader.refuse(keyword, `expected a value of at most ${deepest} arrays and objects inside each other`);
  const inside = (inner: unknown): Formula => valueFormula(reader, keyword, inner, depth + 1);
  if (typeof value === "string" || typeof value === "number") return enumFormula(reader, [value]);
  if (value === null) return formulas.types(["null"]);
  if (typeof value === "boolean") {
    return formulas.and([formulas.types(["boolean"]), formulas.leaf({ type: "boolean", value })]);
  }
  if (Array.isArray(value)) {
    return formulas.and([
      formulas.types(["array"]),
      formulas.leaf({ type: "array", is: "count", min: value.length, max: value.length }),
      ...value.map((item, index) => formulas.leaf({ type: "array", is: "item", index, value: inside(item) })),
    ]);
  }
  if (!isObject(value)) return reader.refuse(keyword, "expected JSON values");
  return objectFormula(
    formulas,
    Object.entries(value).map(([name, inner]) => [name, inside(inner)]),
  );
}

function objectFormula(formulas: Formulas, entries: readonly (readonly [name: string, value: Formula])[]): Formula {
  const names = entries.map(([name]) => name);
  return formulas.and([
    formulas.types(["object"]),
    formulas.leaf({ type: "object", is: "declared", names }),
    ...entries.flatMap(([name, value]) => [
      formulas.leaf({ type: "object", is: "present", name }),
      formulas.leaf({ type: "object", is: "property", name, value }),
    ]),
    formulas.leaf({ type: "object", is: "each", keys: otherKeys(names, []), value: formulas.false }),
  ]);
}
