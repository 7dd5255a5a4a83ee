/** How deep specifications may be nested, and what is said of those that are nested deeper or written wrongly. */
import type { GrammarSpec } from "@tokenmill/contracts";
import { createGrammarProvider } from "@tokenmill/grammar";
import { afterAll, expect, it } from "vitest";
import { byteTokenizer } from "../testing/byteTokenizer.ts";

// depth is what is limited here, not the time that a busy machine takes
const provider = createGrammarProvider({ tokenizer: byteTokenizer, compileTimeoutMs: 60_000 });
afterAll(() => provider.close());

const outcomeOf = async (spec: GrammarSpec): Promise<string> => {
  try {
    (await provider.compile(spec)).release();
    return "compiled";
  } catch (error) {
    expect(error).toBeInstanceOf(RangeError);
    return (error as Error).message;
  }
};

const nestings: Readonly<Record<string, (inner: object) => object>> = {
  items: (items) => ({ type: "array", items }),
  properties: (a) => ({ type: "object", properties: { a }, required: ["a"] }),
  anyOf: (inner) => ({ anyOf: [inner, { type: "string" }] }),
  not: (inner) => ({ not: inner }),
  allOf: (inner) => ({ allOf: [inner] }),
};
const nested = (keyword: string, depth: number): object => {
  let schema: object = { type: "null" };
  for (let i = 0; i < depth; i++) schema = nestings[keyword]!(schema);
  return schema;
};

it.each(Object.keys(nestings))("schemas are followed through 190 of %s inside each other", async (keyword) => {
  expect(await outcomeOf({ jsonSchema: nested(keyword, 190) })).toBe("compiled");
});

it.each(["items", "properties"])("values may be 1,000 %s deep", async (keyword) => {
  expect(await outcomeOf({ jsonSchema: nested(keyword, 1000) })).toBe("compiled");
});

const long = Array.from({ length: 4000 }, (_, i) => `word ${i} `).join("");
const manyNames = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`property number ${i}`, {}]));
const lists = (items: object): GrammarSpec => ({ jsonSchema: { type: "array", uniqueItems: true, items } });
it.each([
  ["const", { jsonSchema: { const: long } }, `"${long.slice(0, 20)}`],
  ["choice", { choice: [long, `${long.slice(0, 20_000)}!`] }, long.slice(0, 20)],
  ["grammar", { grammar: `root ::= "${long}"` }, long.slice(0, 20)],
  ["regex", { regex: `${"a?".repeat(4000)}b` }, "aaa"],
  ["pattern", { jsonSchema: { type: "string", pattern: `^${"a".repeat(8000)}` } }, '"aaa'],
  ["item", lists({ const: long }), `["${long.slice(0, 20)}`],
  ["properties of an item", lists({ type: "object", properties: manyNames, additionalProperties: false }), '[{"pro'],
] satisfies [string, GrammarSpec, string][])("masks are filled from long texts: %s", async (_, spec, text) => {
  const matcher = await provider.open(spec);
  const mask = new Int32Array(Math.ceil(provider.vocabSize / 32));
  for (const byte of new TextEncoder().encode(text)) {
    matcher.fillMask(mask);
    expect((mask[byte >> 5]! >>> (byte & 31)) & 1).toBe(1);
    expect(matcher.accept(byte)).toBe(true);
  }
  matcher.release();
});

it.each(["anyOf", "not", "allOf"])("more than 200 of %s for one value are refused by that number", async (keyword) => {
  const message = await outcomeOf({ jsonSchema: nested(keyword, 250) });
  expect(message).toMatch(/^"jsonSchema" expected .* at "\/.*more than 200 schemas inside each other for one value$/);
});

it.each([
  [
    { grammar: `root ::= ${"(".repeat(1000)}"a"${")".repeat(1000)}` },
    /line 1, column 210, expected at most 200 brackets/,
  ],
  [{ grammar: "root ::= word\nword ::= nothing" }, /line 2, column 10, expected the name of a rule, got "nothing"/],
  [{ grammar: "root ::= [a" }, /line 1, column 10, expected the class's end/],
  [{ grammar: "start: (" }, /line 1, column 9, expected "\)" of the bracket at line 1/],
  [{ jsonSchema: { properties: { 'a" ::= b\n': { type: "nul" } } } }, /"type" at "\/properties\/a\\?" ::= b/],
] satisfies [GrammarSpec, RegExp][])(
  "fault %# is told with the place in the user's own text",
  async (spec, message) => {
    expect(await outcomeOf(spec)).toMatch(message);
  },
);
