/** Random small schemas over few names, texts and numbers, and all small values over the same. */
import fc from "fast-check";

const names = ["a", "b", "c"];
const scalars: readonly unknown[] = [null, true, false, 0, 1, 2, 0.5, "", "a", "b", "ab"];
const few: readonly unknown[] = [null, 0, 1, "a", "ab"];

/** Scalars, arrays and objects of at most two of a few of them, and some that are nested. */
export const smallValues: readonly unknown[] = [
  ...scalars,
  [],
  {},
  ...few.flatMap((first) => [[first], ...few.map((second) => [first, second])]),
  [1, 1, 1],
  ["a", 0, "a"],
  [[], [1]],
  [{ a: 1 }],
  ...names.flatMap((name) => few.map((value) => ({ [name]: value }))),
  ...few.flatMap((first) =>
    few.flatMap((second) => [
      { a: first, b: second },
      { b: first, c: second },
    ]),
  ),
  { a: 1, b: 0, c: "a" },
  { a: {}, b: [] },
  { a: { a: 1 } },
  { a: { b: "a" }, c: [0] },
];

const count = fc.integer({ min: 0, max: 3 });
const bound = fc.constantFrom(-1, 0, 0.5, 1, 2);
const name = fc.constantFrom(...names);
const pattern = fc.constantFrom("a", "^a", "b$", "^ab?$", "^[ab]$", "a|c");
const scalar = fc.constantFrom(...scalars);
const type = fc.constantFrom("null", "boolean", "integer", "number", "string", "array", "object");

/** Keywords with a value each; those with schemas get them from below. */
const plain: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  const: fc.oneof(scalar, fc.constantFrom([], [1], { a: 1 })),
  enum: fc.uniqueArray(fc.oneof(scalar, fc.constantFrom([0], {}, { a: "a" }, { b: 0, c: 1 })), {
    minLength: 1,
    maxLength: 4,
    comparator: (x, y) => JSON.stringify(x) === JSON.stringify(y),
  }),
  exclusiveMaximum: bound,
  exclusiveMinimum: bound,
  maxItems: count,
  maximum: bound,
  maxLength: count,
  maxProperties: count,
  minItems: count,
  minimum: bound,
  minLength: count,
  minProperties: count,
  multipleOf: fc.constantFrom(1, 0.5, 2),
  pattern,
  required: fc.uniqueArray(name, { maxLength: 2 }),
  type: fc.oneof(type, fc.uniqueArray(type, { minLength: 1, maxLength: 3 })),
  dependentRequired: fc.dictionary(name, fc.uniqueArray(name, { maxLength: 2 }), { maxKeys: 2 }),
};

/**
 * Without what ajv 8 takes otherwise than the standard: `contains` of an empty array, beside `prefixItems`; what `if` alone
 * has evaluated; what `patternProperties` has evaluated in a branch that fails.
 */
function schemaOf(keywords: readonly Keyword[]): Readonly<Record<string, unknown>> {
  const schema = Object.fromEntries(keywords);
  if ("contains" in schema) delete schema["prefixItems"];
  if (!("then" in schema || "else" in schema)) delete schema["if"];
  if (/"(?:anyOf|oneOf|if)":.*"patternProperties"/.test(JSON.stringify(schema))) delete schema["unevaluatedProperties"];
  return schema;
}

const inSchema = [
  "additionalProperties",
  "else",
  "if",
  "items",
  "not",
  "propertyNames",
  "then",
  "unevaluatedProperties",
];

type Keyword = readonly [keyword: string, value: unknown];

export const { schema: randomSchema } = fc.letrec<{ schema: unknown; inner: unknown; keyword: Keyword }>((tie) => {
  const inner = tie("inner");
  const list = fc.array(inner, { minLength: 1, maxLength: 3 });
  const record = (key: fc.Arbitrary<string>): fc.Arbitrary<unknown> => fc.dictionary(key, inner, { maxKeys: 2 });
  const nested: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
    ...Object.fromEntries(inSchema.map((keyword) => [keyword, inner])),
    allOf: list,
    anyOf: list,
    // ajv 8 takes no item for one that satisfies `false`
    contains: tie("schema"),
    dependentSchemas: record(name),
    maxContains: count,
    minContains: count,
    oneOf: list,
    patternProperties: record(pattern),
    prefixItems: list,
    properties: record(name),
  };
  const keywords = (table: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<Keyword>[] =>
    Object.entries(table).map(([keyword, value]) => value.map((each): Keyword => [keyword, each]));
  return {
    keyword: fc.oneof(...keywords(plain), ...keywords(nested)),
    inner: fc.oneof({ maxDepth: 3, depthIdentifier: "schema" }, fc.boolean(), tie("schema")),
    schema: fc.array(tie("keyword"), { maxLength: 4 }).map(schemaOf),
  };
});
