/** What the code is run with until it is fast: a little of everything that specifications have. */
import type { GrammarSpec } from "@tokenmill/contracts";

type Schema = Readonly<Record<string, unknown>>;

const text = { type: "string" };
const whole = { type: "integer" };
const number = { type: "number" };
const object = (properties: Schema, more: Schema = {}): Schema => ({ type: "object", properties, ...more });
const list = (items: Schema, more: Schema = {}): Schema => ({ type: "array", items, ...more });
const tagged = (kind: string, size: Schema): Schema =>
  object({ kind: { const: kind }, size }, { required: ["kind"], additionalProperties: false });
const tree = { $ref: "#/$defs/tree" };
const place = { $ref: "#/definitions/place" };

const values: readonly Schema[] = [
  text,
  { ...whole, description: "how many" },
  { type: "boolean", default: false },
  { type: ["string", "null"] },
  { enum: ["on", "off", 3, null] },
  list(text),
  object({ x: number, y: number }),
  {},
];
const named = Object.fromEntries(Array.from({ length: 24 }, (_, i) => [`value${i}`, values[i % values.length]]));

const schemas: readonly Schema[] = [
  object(
    {
      id: { ...text, format: "uuid" },
      count: { ...whole, minimum: 0, maximum: 100 },
      tags: list({ ...text, maxLength: 20 }, { minItems: 1, maxItems: 5 }),
      at: { ...text, format: "date-time" },
      name: { ...text, pattern: "^[a-z]+$" },
      tree,
      either: { anyOf: [text, tree] },
      one: { oneOf: [tagged("a", number), tagged("b", text)] },
      map: { type: "object", additionalProperties: text },
    },
    {
      required: ["id", "count"],
      additionalProperties: false,
      $defs: {
        tree: object(
          { parts: list(tree), value: { allOf: [text, { minLength: 1 }] } },
          { patternProperties: { "^x-": {} } },
        ),
      },
    },
  ),
  object(named, { required: ["value0", "value9"] }),
  object(named, { required: Object.keys(named), additionalProperties: false }),
  object(
    {
      name: { ...text, minLength: 1, title: "Name" },
      born: { ...text, format: "date" },
      mail: { ...text, format: "email" },
      site: { ...text, format: "uri" },
      places: list(place),
      age: { ...whole, minimum: 0, exclusiveMaximum: 150 },
      share: { ...number, minimum: 0, maximum: 1, multipleOf: 0.01 },
    },
    {
      $schema: "http://json-schema.org/draft-07/schema#",
      definitions: {
        place: object(
          { street: text, zip: { ...text, pattern: "^\\d{5}(-\\d{4})?$" }, kind: { enum: ["home", "work"] } },
          { required: ["street"] },
        ),
      },
      required: ["name"],
      dependencies: { site: ["name"] },
    },
  ),
  {
    oneOf: [
      text,
      list({ oneOf: [whole, object({ v: whole }, { required: ["v"] })] }),
      object({ a: text }, { required: ["a"] }),
      object({ b: text }, { required: ["b"], not: { required: ["a"] } }),
    ],
  },
  object(
    { a: text, b: whole, c: {} },
    {
      patternProperties: { "^[a-z]_": whole },
      propertyNames: { pattern: "^[A-Za-z_]+$" },
      minProperties: 1,
      maxProperties: 9,
      additionalProperties: number,
    },
  ),
  object(
    { kind: { enum: [1, 2] }, two: { type: "array", prefixItems: [text, whole], items: false } },
    {
      ...(JSON.parse(
        '{"if": {"properties": {"kind": {"const": 1}}}, "then": {"properties": {"one": {}}}, "else": {"required": ["two"]}}',
      ) as Schema),
      dependentRequired: { one: ["kind"] },
    },
  ),
  {
    allOf: [
      { $ref: "#/$defs/base" },
      object({ more: { ...text, maxLength: 64 }, list: list({ $ref: "#/$defs/base" }) }),
    ],
    $defs: {
      base: object(
        { id: { ...text, minLength: 3 }, next: { anyOf: [{ $ref: "#/$defs/base" }, { type: "null" }] } },
        { required: ["id"] },
      ),
    },
  },
];

/** In the order in which they are run. */
export const warmings: readonly GrammarSpec[] = [
  ...schemas.map((jsonSchema) => ({ jsonSchema })),
  { regex: "(a|b)+c[0-9]{2,5}" },
  { choice: ["January", "February", "March"] },
  { grammar: 'root ::= "a" root "b" | [0-9]+ ("," [0-9]+)*' },
];
