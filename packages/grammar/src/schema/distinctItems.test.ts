/** `uniqueItems`: items that are equal are not written twice, however they could be written; others are. */
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GrammarBudgetError } from "../budget/budget.ts";
import type { GrammarRules } from "../rules/grammarRules.ts";
import { ByteEngine } from "../testing/byteEngine.ts";
import { orders } from "../testing/jsonTexts.ts";
import { randomFrom } from "../testing/randomNumbers.ts";
import { randomSchema, smallValues } from "../testing/randomSchemas.ts";
import { compileJsonSchema } from "./compileJsonSchema.ts";
import { EmptySchemaError, UnsupportedSchemaError } from "./errors.ts";

const runs = Number(process.env["SCHEMA_RUNS"] ?? 60);
const list = (items: unknown, more: object = {}): object => ({ type: "array", uniqueItems: true, items, ...more });
const named = (properties: object, more: object = {}): object => ({
  type: "object",
  properties,
  additionalProperties: false,
  ...more,
});
const engineOf = (schema: unknown): ByteEngine => new ByteEngine(compileJsonSchema(schema).rules);

const open = { type: "object", properties: { a: { type: "string" } } };
const cases: readonly (readonly [schema: object, accepted: string[], refused: string[]])[] = [
  [list({ type: "number" }), ["[10, 1.5, 11]"], ["[10, 1e1]", "[1, 1.0]", "[1.5, 15e-1]", "[0.0]"]],
  [
    list(named({ a: { type: "string" }, b: { type: "integer" } }, { required: ["a"] })),
    ["[]", '[{"a": "x"}, {"a": "xy"}, {"a": "x", "b": 1}]', '[{"a": "x", "b": 1}, {"a": "x"}, {"a": "x", "b": 12}]'],
    ['[{"a": "x"}, {"a": "x"}]', '[{"a": "x", "b": 1}, {"a": "x"}, {"a": "x", "b": 1}]'],
  ],
  [
    list(named({ a: { enum: [1, 2] } }), { minItems: 3 }),
    ['[{"a": 2}, {}, {"a": 1}]'],
    ['[{"a": 2}, {"a": 1}, {"a": 2}]'],
  ],
  [
    list({ type: "array", items: { type: "integer" }, maxItems: 3 }),
    ["[[1, 2], [2, 1], [], [1, 2, 3]]"],
    ["[[1, 2], [1, 2]]", "[[], []]", "[[1, 2, 3, 4]]"],
  ],
  // values of any kind stand three times inside each other; free properties in any order
  [
    list(open),
    [
      '[{"a": "x", "c": [1, {"q": 2}]}, {"a": "x", "c": [1, {"q": 3}]}, {"d": {}}]',
      '[{"c": 1, "d": 2}, {"d": 1, "c": 2}, {"d": 2}]',
    ],
    [
      '[{"c": [1]}, {"c": [1]}]',
      '[{"c": 1, "d": 2}, {"d": 2, "c": 1}]',
      '[{"a": "x", "c": 1, "d": 2, "e": 3}, {"a": "x", "e": 3, "c": 1, "d": 2}]',
      '[{"c": 1, "c": 2}]',
      '[{"c": [[[[]]]]}]',
    ],
  ],
  [
    list(true),
    ['[1, "a", [1], [2], {"a": 1}, {"a": 2}]', '[{"b": {"c": 1, "d": 2}}, {"b": {"d": 1, "c": 2}}]'],
    [
      "[[1], [1]]",
      '[{"a": 1}, {"a": 1}]',
      '[{"a": 1, "b": 1}, {"b": 1, "a": 1}]',
      '[{"b": {"c": 1, "d": 2}}, {"b": {"d": 2, "c": 1}}]',
    ],
  ],
  [
    list({ type: "array" }),
    ['[[1, "a", {"a": 1}], [], [[2]], [{"a": 2}]]'],
    ["[[1], [1]]", '[[{"a": 1}], [{"a": 1}]]', "[[], []]", '[[{"a": 1, "b": [2]}], [{"b": [2], "a": 1}]]'],
  ],
  [
    list({ type: "object", additionalProperties: { enum: [1, 2] }, minProperties: 1 }),
    ['[{"a, b": 1, "\\"}": 2}, {"\\"}": 1, "a, b": 2}]'],
    ['[{"a, b": 1, "\\"}": 2}, {"\\"}": 2, "a, b": 1}]', '[{"a": 1, "a": 2}]', "[{}]"],
  ],
  // lists of different items inside of items that differ
  [
    list(named({ tags: list({ type: "string" }) })),
    [
      '[{"tags": ["a", "b"]}, {"tags": ["b", "a"]}, {"tags": []}, {}]',
      '[{"tags": ["a", "ab", "b"]}, {"tags": ["a", "ab"]}]',
    ],
    ['[{"tags": ["a", "a"]}]', '[{"tags": ["a", "b"]}, {"tags": ["a", "b"]}]', '[{"tags": []}, {"tags": []}]'],
  ],
  [
    list(list({ enum: [1, 2] }, { minItems: 2 }), { maxItems: 3 }),
    ["[[1, 2], [2, 1]]", "[]"],
    ["[[1]]", "[[1, 1]]", "[[1, 2], [1, 2]]", "[[1, 2], [2, 1], [1, 2]]"],
  ],
  [
    list(list(list({ type: "integer" }))),
    ["[[[1, 12], [12, 1]], [[12, 1], [1, 12]], []]"],
    ["[[[1, 1]]]", "[[[1], [1]]]", "[[[1], [2]], [[1], [2]]]"],
  ],
  // one list that fits both is written in one way
  [
    list({ anyOf: [list(named({ a: {}, b: {} })), list(named({ b: {}, a: {} }))] }),
    ['[[{"a": 1, "b": 2}], [{"b": 2}]]'],
    ['[[{"b": 2, "a": 1}]]', '[[{"a": 1, "b": 2}], [{"a": 1, "b": 2}]]', '[[{"a": 1}, {"a": 1}]]'],
  ],
  // values inside themselves stand three times inside each other
  [
    { $defs: { node: named({ next: list({ $ref: "#/$defs/node" }) }) }, ...list({ $ref: "#/$defs/node" }) },
    ['[{}, {"next": [{}, {"next": [{}]}]}]'],
    ['[{"next": [{}, {}]}]', '[{"next": [{}]}, {"next": [{}]}]'],
  ],
  // an object that fits both is written in one order
  [
    list({ anyOf: [named({ a: {}, b: {} }), named({ b: {}, a: {} })] }),
    ['[{"a": 1, "b": 2}, {"b": 2}]'],
    ['[{"b": 2, "a": 1}]'],
  ],
  [
    list({
      anyOf: [
        { ...open, properties: { a: {}, b: {} } },
        { ...open, properties: { b: {} }, required: ["b"] },
      ],
    }),
    ['[{"a": 1, "b": 2}, {"a": 1, "b": 2, "c": 3}, {"b": 2, "c": 3}]'],
    ['[{"b": 2, "a": 1}]'],
  ],
  [list({ oneOf: [{ type: "string" }, named({ s: { type: "string" } })] }), ['["x", {"s": "x"}]'], ['[{}, "x", {}]']],
  // what fits by two equal items alone is left out
  [
    { oneOf: [list({ type: "string" }), { type: "array", items: { type: "string" }, minItems: 2 }, { const: 1 }] },
    ["1", '["a"]', "[]"],
    ['["a", "b"]', '["a", "a"]'],
  ],
];

it.each(cases.map(([schema, accepted, refused]) => ({ text: JSON.stringify(schema), schema, accepted, refused })))(
  "$text",
  ({ schema, accepted, refused }) => {
    const engine = engineOf(schema);
    expect(accepted.filter((text) => !engine.accepts(text))).toEqual([]);
    expect(refused.filter((text) => engine.accepts(text))).toEqual([]);
  },
);

describe("refused by keyword and pointer", () => {
  const pair = list({ type: "string" }, { prefixItems: [{ type: "integer" }] });
  it.each([
    [
      list({ type: "object", patternProperties: { "^a": { const: 1 }, "^b": {} } }),
      "",
      "follow several schemas, or are counted",
    ],
    [list({ type: "object", minProperties: 2 }), "", "follow several schemas, or are counted"],
    [list(list({ type: "string" }, { maxItems: 40_000 })), "/items", "at most 32766 items, or no bound"],
    [list(named({ pair })), "/items/properties/pair", "items of several kinds are not compared inside of an item"],
    [{ type: "array", not: { uniqueItems: true } }, "/not", "two equal items cannot be asked for"],
    [list({ type: "array", items: { type: "integer" }, minItems: 20_000 }), "", "an item has too many parts"],
  ])("%j", (schema, pointer, reason) => {
    expect(() => compileJsonSchema(schema)).toThrow(
      expect.objectContaining({
        name: "UnsupportedSchemaError",
        keyword: "uniqueItems",
        pointer,
        reason: expect.stringContaining(reason),
      }),
    );
  });
});

it(
  "of random items: what is written is valid by ajv, and equal ones never stand beside each other",
  () => {
    const rulesOf = (schema: unknown): GrammarRules | undefined => {
      try {
        return compileJsonSchema(schema, { stringLength: 10 }).rules;
      } catch (error) {
        if (error instanceof UnsupportedSchemaError || error instanceof EmptySchemaError) return undefined;
        if (error instanceof GrammarBudgetError) return undefined;
        throw error;
      }
    };
    const counts = { pairs: 0, lists: 0, outputs: 0 };
    fc.assert(
      fc.property(randomSchema, fc.integer(), (items, seed) => {
        const rules = rulesOf(list(items));
        if (!rules) return;
        const engine = new ByteEngine(rules);
        // in each way to write it, or none
        const written = smallValues.map((value) => orders(value).filter((text) => engine.accepts(`[${text}]`)));
        const values = written.filter(({ length }) => length > 0).slice(0, 12);
        for (const [i, firsts] of values.entries()) {
          for (const [j, seconds] of values.entries()) {
            const [first, second] = [firsts[0], seconds.at(-1)];
            expect([first, second, engine.accepts(`[${first}, ${second}]`)]).toEqual([first, second, i !== j]);
            counts.pairs++;
          }
        }
        const outer = rulesOf(list(list(items)));
        const lists = outer && new ByteEngine(outer);
        for (const [i, firsts] of lists ? values.slice(0, 5).entries() : []) {
          for (const [j, seconds] of values.slice(0, 5).entries()) {
            const [both, turned] = [`[${firsts[0]}, ${seconds[0]}]`, `[${seconds[0]}, ${firsts[0]}]`];
            const again = `[${firsts.at(-1)}, ${seconds.at(-1)}]`;
            const texts = [`[${both}]`, `[${both}, ${turned}, [${firsts[0]}]]`, `[${both}, [${firsts[0]}], ${again}]`];
            const expected = [i !== j, i !== j, false];
            expect([both, texts.map((text) => lists?.accepts(text))]).toEqual([both, expected]);
            counts.lists++;
          }
        }
        const validate = new Ajv2020({ strict: false, validateSchema: false, logger: false }).compile({
          uniqueItems: true,
        });
        for (let i = 0; i < 5; i++) {
          const text = engine.write(randomFrom(seed + i), 60);
          if (text === undefined) continue;
          counts.outputs++;
          expect([text, validate(JSON.parse(text))]).toEqual([text, true]);
        }
      }),
      { numRuns: runs },
    );
    expect(counts.outputs).toBeGreaterThan(runs);
    expect(counts.pairs).toBeGreaterThan(runs);
    expect(counts.lists).toBeGreaterThan(runs);
  },
  60_000 + 2000 * runs,
);
