/** Values that a JSON schema takes, and values that it does not, at the ends of its ranges. */

export interface Schema {
  readonly type?: string;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

const least = Number.MIN_VALUE;

export function validFor(schema: Schema): unknown[] {
  const {
    type,
    anyOf,
    items,
    properties,
    required = [],
    minimum,
    maximum,
    exclusiveMinimum,
    exclusiveMaximum,
  } = schema;
  if (schema.enum) return [...schema.enum];
  if (anyOf) return anyOf.flatMap(validFor);
  switch (type) {
    case "null":
      return [null];
    case "boolean":
      return [true, false];
    case "string":
      return [["a", "12"].find((text) => new RegExp(schema.pattern ?? "").test(text))].filter(
        (text) => text !== undefined,
      );
    case "integer":
      return [minimum ?? 0, ...(maximum === undefined ? [] : [maximum])];
    case "number":
      return [
        minimum ?? (exclusiveMinimum === undefined ? 0 : exclusiveMinimum + least),
        ...(maximum === undefined ? [] : [maximum]),
        ...(exclusiveMaximum === undefined ? [] : [exclusiveMaximum * (1 - 2 ** -53)]),
      ];
    case "array":
      if (schema.prefixItems) {
        const ends = schema.prefixItems.map(validFor);
        return [ends.map((values) => values[0]), ends.map((values) => values.at(-1))];
      }
      return [...((schema.minItems ?? 0) > 0 ? [] : [[]]), ...(items ? validFor(items).map((item) => [item]) : [])];
    case "object":
      return properties ? [Object.fromEntries(required.map((name) => [name, validFor(properties[name]!)[0]]))] : [{}];
    case undefined:
    default:
      return ["a"];
  }
}

/** Nothing that any of the alternatives takes. */
export function invalidFor(schema: Schema): unknown[] {
  const { type, anyOf, items, properties, minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  if (anyOf) {
    const taken = new Set(anyOf.flatMap(({ type: each }) => [each, ...(each === "number" ? ["integer"] : [])]));
    const all: readonly (readonly [string, unknown])[] = [
      ["string", "a"],
      ["boolean", true],
      ["object", {}],
      ["number", 0.5],
      ["array", [{ "?": 1 }]],
      ["null", null],
    ];
    const kinds = all.filter(([kind]) => !taken.has(kind)).map(([, value]) => value);
    const [only, second] = anyOf.filter((each) => each.type !== "null");
    return [...kinds, ...(only && !second ? invalidFor(only) : [])].filter(
      (value) => !anyOf.some((each) => takes(each, value)),
    );
  }
  const wrongKind: readonly unknown[] = [type === "string" ? 1 : "?", [[[]]]].filter(
    (value) => !(type === "array" && Array.isArray(value)),
  );
  const outside: unknown[] = [];
  if (minimum !== undefined) outside.push(minimum - 1);
  if (exclusiveMinimum !== undefined) outside.push(exclusiveMinimum);
  if (maximum !== undefined) outside.push(maximum + 1, ...(type === "integer" ? [] : [maximum * (1 + 2 ** -51)]));
  if (exclusiveMaximum !== undefined) outside.push(exclusiveMaximum);
  if (type === "integer") outside.push(0.5);
  if (items && (items.type !== undefined || items.anyOf)) outside.push(...invalidFor(items).map((item) => [item]));
  if (properties) outside.push({ "no such field": 1 });
  if (type === undefined) return [];
  return [...wrongKind, ...outside];
}

/** Whether the schema takes the value, as far as `invalidFor` must know. */
function takes(schema: Schema, value: unknown): boolean {
  if (schema.enum) return schema.enum.includes(value);
  const { minimum = -Infinity, maximum = Infinity, exclusiveMinimum = -Infinity, exclusiveMaximum = Infinity } = schema;
  if (schema.type === "integer" || schema.type === "number") {
    if (typeof value !== "number" || (schema.type === "integer" && !Number.isInteger(value))) return false;
    return value >= minimum && value <= maximum && value > exclusiveMinimum && value < exclusiveMaximum;
  }
  if (schema.type === "array") return Array.isArray(value) && !value.some((item) => typeof item === "object");
  if (schema.type === "object") return typeof value === "object" && value !== null && !schema.properties;
  return schema.type === undefined || schema.type === typeof value || (schema.type === "null" && value === null);
}
