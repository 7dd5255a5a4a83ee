/** With `anyOrder` properties come in any order, none twice, and all that must be there are. */
import { describe, expect, it } from "vitest";
import { ByteEngine } from "../testing/byteEngine.ts";
import { ThreadRecogniser } from "../testing/threadRecogniser.ts";
import { compileJsonSchema } from "./compileJsonSchema.ts";

const closed = { properties: { a: { type: "integer" }, b: {}, c: {} }, required: ["b"], additionalProperties: false };
const cases: readonly (readonly [schema: unknown, accepted: string[], refused: string[]])[] = [
  [
    { type: "object", ...closed },
    ['{"a": 1, "b": 2, "c": 3}', '{"c": 3, "a": 1, "b": 2}', '{"b": 2}', '{"c": {"c": 1}, "b": 2}'],
    [
      "{}",
      '{"c": 1, "a": 1}',
      '{"b": 1, "b": 1}',
      '{"b": 1, "a": 1, "b": 1}',
      '{"b": 1, "a": "x"}',
      '{"b": 1, "d": 1}',
    ],
  ],
  [
    { type: "object", properties: { a: { const: 1 } }, required: ["a", "z"] },
    ['{"x": 0, "z": 0, "a": 1}', '{"a": 1, "z": 0}'],
    ['{"z": 0}', '{"a": 1, "x": 0}', '{"z": 0, "a": 2}', '{"z": 0, "a": 1, "z": 1}'],
  ],
  [
    { type: "object", dependentRequired: { a: ["b"] }, properties: { c: { type: "integer" } } },
    ['{"b": 1, "a": 1}', '{"a": 1, "c": 0, "b": 1}', '{"c": 1}', '{"b": 0}'],
    ['{"a": 1}', '{"c": 1, "a": 1}', '{"a": 1, "a": 1, "b": 1}'],
  ],
  [
    { oneOf: [closed, { properties: { k: { const: 2 }, v: {} }, required: ["k"], additionalProperties: false }] },
    ['{"v": 1, "k": 2}', '{"k": 2}', '{"c": 1, "b": 1}'],
    ['{"v": 1}', '{"k": 1}', '{"k": 2, "b": 1}'],
  ],
  // where properties are counted, they keep their order
  [
    { type: "object", properties: { a: {}, b: {}, c: {} }, minProperties: 2, additionalProperties: false },
    ['{"a": 1, "b": 1}', '{"b": 1, "c": 1}'],
    ['{"b": 1, "a": 1}', '{"a": 1}'],
  ],
];

describe.each(
  cases.map(([schema, accepted, refused]) => ({ text: JSON.stringify(schema), schema, accepted, refused })),
)("$text", ({ schema, accepted, refused }) => {
  const { rules } = compileJsonSchema(schema, { anyOrder: true });
  it.each([
    ["recogniser", new ThreadRecogniser(rules)],
    ["engine", new ByteEngine(rules)],
  ])("for the %s", (_, language) => {
    expect(accepted.filter((text) => !language.accepts(text))).toEqual([]);
    expect(refused.filter((text) => language.accepts(text))).toEqual([]);
  });
});

it("many properties in any order take little memory", () => {
  const names = Array.from({ length: 200 }, (_, i) => `p${i}`);
  const properties = Object.fromEntries(names.map((name) => [name, { type: "null" }]));
  const { rules } = compileJsonSchema({ type: "object", properties, required: names }, { anyOrder: true });
  const text = `{${names
    .toReversed()
    .map((name) => `"${name}": null`)
    .join(", ")}}`;
  expect(new ByteEngine(rules).accepts(text)).toBe(true);
});
