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

it.each<[patterns: number, others: string[]]>([
  [2, ["^b"]],
  [4, ["^b", "^c[0-9]$", "x$"]],
  [14, Array.from({ length: 13 }, (_, i) => `^b:${i}:(x|y)$`)],
])("nothing is said against what a name of %i patterns cannot be", (_, others) => {
  const expressions = new Expressions();
  const namesOf = (patterns: string[], properties: object): number[] => {
    const schema = { ...closed, properties, patternProperties: Object.fromEntries(patterns.map((each) => [each, {}])) };
    const { lexemes } = compileJsonSchema(schema, {}, expressions).rules;
    return lexemes.filter(({ name }) => name === "name").map(({ expression }) => expression);
  };
  const own = "^a:[0-9]$";
  expect(namesOf([own, ...others], { ab: {}, b: {} })).toContain(namesOf([own], {})[0]);
});
