/** What a compiled schema says of its lexemes without a search: each has a text. */
import { expect, it } from "vitest";
import { Expressions } from "../regex/expressions.ts";
import { compileJsonSchema } from "./compileJsonSchema.ts";

const closed = { type: "object", additionalProperties: false };

it.each<[names: string, schema: object]>([
  ["declared as well", { ...closed, properties: { ab: {} }, patternProperties: { "^a[bc]$": {}, "^ab$": {} } }],
  ["apart", { ...closed, patternProperties: { "^a:(x|y)$": {}, "^b:(x|y)$": {}, "^c[0-9]$": {} } }],
  ["inside each other", { ...closed, patternProperties: { "^a": {}, "^ab": {}, "^abc": {}, c$: {} } }],
  ["of a length", { ...closed, patternProperties: { "^a*$": {}, "^b+$": {} }, propertyNames: { maxLength: 3 } }],
  ["all declared", { ...closed, properties: { a: {}, b: {} }, patternProperties: { "^[ab]$": {} } }],
])("names that patterns match, %s", (_, schema) => {
  const expressions = new Expressions();
  const { lexemes } = compileJsonSchema(schema, {}, expressions).rules;
  expect(lexemes.filter(({ expression }) => expressions.isEmpty(expression))).toEqual([]);
});
