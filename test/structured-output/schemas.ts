/** Twenty schemas with an end: every string, array and object is bounded. */

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
};
