/** Fifty schemas with an end: every string, array and object is bounded. The first of each kind come first. */

const string = (maxLength: number): object => ({ type: "string", maxLength });
const integer = (minimum: number, maximum: number): object => ({ type: "integer", minimum, maximum });
const object = (properties: Record<string, object>, optional: readonly string[] = []): object => ({
  type: "object",
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false,
});
const array = (items: object, minItems: number, maxItems: number): object => ({
  type: "array",
  items,
  minItems,
  maxItems,
});

export const schemas: Readonly<Record<string, object>> = {
  person: object({ name: string(12), age: integer(0, 120) }),
  optional: object({ title: string(8), subtitle: string(8), pages: integer(1, 999) }, ["subtitle", "pages"]),
  choice: object({ status: { enum: ["open", "closed", "waiting"] }, urgent: { type: "boolean" } }),
  constant: object({ version: { const: 3 }, kind: { const: "report" } }),
  numbers: array(integer(-50, 50), 1, 5),
  words: array(string(6), 0, 4),
  nested: object({ point: object({ x: integer(0, 9), y: integer(0, 9) }), label: string(5) }),
  matrix: array(array(integer(0, 1), 3, 3), 3, 3),
  nullable: object({ parent: { anyOf: [integer(1, 99), { type: "null" }] }, note: { type: ["boolean", "null"] } }),
  union: { anyOf: [object({ circle: integer(1, 9) }), object({ square: integer(1, 9) })] },
  reference: {
    ...object({ first: { $ref: "#/$defs/colour" }, second: { $ref: "#/$defs/colour" } }),
    $defs: { colour: { enum: ["red", "green", "blue"] } },
  },
  tuple: { type: "array", prefixItems: [string(4), integer(0, 5), { type: "boolean" }], items: false, minItems: 3 },
  pattern: object({ code: { type: "string", pattern: "^[A-Z]{3}-[0-9]{4}$" } }),
  date: object({ day: { type: "string", format: "date" } }),
  identifier: object({ id: { type: "string", format: "uuid" } }),
  range: { type: "integer", minimum: 100, maximum: 199 },
  boolean: { type: "boolean" },
  text: { type: "string", minLength: 3, maxLength: 10 },
  list: array(object({ key: string(4), value: { type: "boolean" } }), 1, 3),
  deep: object({ a: object({ b: object({ c: object({ d: array(string(3), 1, 2) }) }) }) }),
  // numbers
  decimal: object({ price: { type: "number", minimum: 0, maximum: 99.99, multipleOf: 0.01 } }),
  open: object({ whole: { type: "integer" }, any: { type: "number" } }),
  wide: { type: "integer", minimum: -32_768, maximum: 32_767 },
  even: array({ type: "integer", multipleOf: 2, exclusiveMinimum: -7, exclusiveMaximum: 40 }, 2, 4),
  below: { type: "number", maximum: -0.5, minimum: -20 },
  // strings
  twoWords: { type: "string", pattern: "yes|no", maxLength: 12 },
  quoted: { type: "string", pattern: "^[ -~]{8}$" },
  cyrillic: { type: "string", pattern: "^[а-я]{2,5}$" },
  grades: { enum: ["A+", "A", "A-", "B+", "B", "B-", "C+", "C", "C-", "D+", "D", "D-", "F"] },
  months: { enum: ["January", "February", "March", "April", "May", "June", "July", "August", "September"] },
  moment: object({ at: { type: "string", format: "date-time" }, from: { type: "string", format: "ipv4" } }),
  mail: { type: "string", format: "email", maxLength: 24 },
  notPrefix: { type: "string", pattern: "^(?!ab)[a-c]{3,6}$" },
  shortDate: { type: "string", format: "date", pattern: "^20" },
  // combined
  beside: { $ref: "#/$defs/word", maxLength: 3, $defs: { word: { type: "string", pattern: "^[a-z]+$" } } },
  all: { allOf: [object({ a: integer(0, 9) }), { properties: { a: { minimum: 4 } } }] },
  one: { oneOf: [object({ kind: { const: "a" }, x: integer(0, 9) }), object({ kind: { const: "b" }, y: string(3) })] },
  never: { type: ["integer", "null", "boolean"], not: { enum: [true, null] }, minimum: 0, maximum: 30 },
  when: {
    ...object({ paid: { type: "boolean" }, by: string(4) }, ["by"]),
    if: { properties: { paid: { const: false } } },
    else: { required: ["by"] },
  },
  some: {
    ...object({ a: integer(0, 9), b: integer(0, 9) }, ["a", "b"]),
    anyOf: [{ required: ["a"] }, { required: ["b"] }],
  },
  depends: {
    ...object({ card: integer(1, 9), code: integer(1, 9) }, ["card", "code"]),
    dependentRequired: { card: ["code"] },
  },
  mixed: { enum: ["a", 1, null, true, [1], { b: 2 }] },
  // objects and arrays
  map: {
    type: "object",
    additionalProperties: integer(0, 9),
    propertyNames: { pattern: "^[a-z]{1,3}$" },
    maxProperties: 3,
  },
  patterns: {
    type: "object",
    patternProperties: { "^n[a-z]{0,3}$": integer(0, 9), "^s[a-z]{0,3}$": string(3) },
    additionalProperties: false,
    maxProperties: 2,
  },
  least: { ...object({ a: integer(0, 9), b: integer(0, 9), c: integer(0, 9) }, ["a", "b", "c"]), minProperties: 2 },
  names: object({ 'say "hi"': integer(0, 9), "a\tb": integer(0, 9), "é😀": integer(0, 9) }),
  unique: { type: "array", items: { enum: ["a", "b", "c"] }, uniqueItems: true, minItems: 2, maxItems: 3 },
  contains: { type: "array", items: integer(0, 99), contains: { minimum: 90 }, minItems: 1, maxItems: 4 },
  tree: {
    $ref: "#/$defs/tree",
    $defs: { tree: object({ leaf: integer(0, 9), left: { anyOf: [{ type: "null" }, { $ref: "#/$defs/tree" }] } }) },
  },
  openApi: { $ref: "#/components/schemas/T", components: { schemas: { T: array({ enum: ["a", "b"] }, 1, 3) } } },
};
