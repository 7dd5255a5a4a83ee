/** What schemas have in common is there once: rules of equal schemas, edges that many states have. */
import { expect, it } from "vitest";
import type { GrammarRules } from "../rules/grammarRules.ts";
import { languageOf } from "../testing/schemaLanguage.ts";
import { compileJsonSchema } from "./compileJsonSchema.ts";

const rulesOf = (schema: unknown): GrammarRules => compileJsonSchema(schema).rules;
const properties = (count: number, value: (index: number) => unknown): Record<string, unknown> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${i}`, value(i)]));
const edgesOf = ({ rules }: GrammarRules): number =>
  rules.flatMap(({ states }) => states).reduce((sum, { edges }) => sum + edges.length, 0);

it("optional properties take edges in proportion to their number", () => {
  const edges = [50, 100, 200].map((count) =>
    edgesOf(rulesOf({ type: "object", properties: properties(count, () => ({ type: "null" })) })),
  );
  expect(edges[2]! - edges[1]!).toBe(2 * (edges[1]! - edges[0]!));
});

it("equal schemas are one rule, whatever is said about them", () => {
  const inner = (description: string): object => ({
    description,
    type: "object",
    properties: { default: { type: "array", items: { type: "null" }, title: description } },
    required: ["default"],
    additionalProperties: false,
  });
  const one = rulesOf({ type: "object", properties: properties(1, () => inner("a")) });
  const many = { type: "object", properties: properties(9, (i) => inner(`number ${i}`)) };
  expect(rulesOf(many).rules).toHaveLength(one.rules.length);
  expect(languageOf(many)('{"p0": {"default": [null]}, "p8": {"default": []}}')).toBe(true);
});

it("schemas that come to the same are one rule, whatever else they exclude", () => {
  const inner = (index: number): object => ({ type: ["object", "null"], minProperties: 1, not: { const: index } });
  const either = (index: number): object => ({ anyOf: [inner(index), inner(index + 100)] });
  const count = (schemas: number, value: (index: number) => object): number =>
    rulesOf({ type: "object", properties: properties(schemas, value), additionalProperties: false }).rules.length;
  expect(count(9, inner)).toBe(count(1, inner));
  expect(count(9, either)).toBe(count(1, either));
});

it("schemas that differ in a keyword, or in a name that is also a keyword's, are not", () => {
  const named = (name: string): object => ({ type: "object", properties: { [name]: {} }, required: [name] });
  const takes = languageOf({ anyOf: [named("title"), named("default"), { ...named("x"), minProperties: 2 }] });
  const texts = ['{"title": 1}', '{"default": 1}', '{"x": 1, "y": 1}', '{"x": 1}'];
  expect(texts.map(takes)).toEqual([true, true, true, false]);
});
