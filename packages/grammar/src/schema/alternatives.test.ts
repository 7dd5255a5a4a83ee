/** Alternatives of which exactly one must hold: which of them cannot hold together. */
import { expect, it } from "vitest";
import { Budget } from "../budget/budget.ts";
import { languageOf } from "../testing/schemaLanguage.ts";
import { compileJsonSchema } from "./compileJsonSchema.ts";

it("60 objects that differ in a name that they ask for are compared within 20,000 steps", () => {
  const numbers = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`p${i}`, { type: "number" }]));
  const oneOf = Array.from({ length: 60 }, (_, i) => {
    const kind = { const: `${String.fromCharCode(97 + (i % 26))}${i}` };
    return { type: "object", required: ["kind"], properties: { kind, ...numbers } };
  });
  expect(() => compileJsonSchema({ oneOf }, { budget: new Budget("jsonSchema", { steps: 20_000 }) })).not.toThrow();
});

const either = { properties: { a: { enum: ["x", "y"] }, b: {} }, required: ["b"], additionalProperties: false };

it.each<[difference: string, first: object, second: object, accepted: string[], refused: string[]]>([
  [
    "a value",
    { properties: { a: { const: "x" } } },
    either,
    ['{"a": "x", "c": 1}', '{"a": "y", "b": 1}'],
    ['{"b": 1}'],
  ],
  ["a value that is asked for", { properties: { a: { const: "z" } }, required: ["a"] }, either, ['{"b": 1}'], ["{}"]],
  ["a name that one excludes", { required: ["a"] }, { properties: { a: false } }, ['{"a": 1}', "{}"], ["[]"]],
  ["a name that one does not have", { required: ["c"] }, either, ['{"b": 1}', '{"c": 1}'], ['{"a": "x"}']],
])("objects that differ in %s", (_, first, second, accepted, refused) => {
  const takes = languageOf({ type: "object", oneOf: [first, second] });
  expect([...accepted, ...refused].map(takes)).toEqual([...accepted.map(() => true), ...refused.map(() => false)]);
});
