import { refusalOf } from "@tokenmill/check";
import type { CompiledGrammar, GrammarMatcher, GrammarProvider, GrammarSpec } from "@tokenmill/contracts";
import { createGrammarProvider, GrammarBudgetError } from "@tokenmill/grammar";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { byteTokenizer } from "../testing/byteTokenizer.ts";

const { vocabSize, eosTokenId } = byteTokenizer;
let provider: GrammarProvider;
beforeAll(() => {
  provider = createGrammarProvider({ tokenizer: byteTokenizer, specialTokens: { "<think>": 3, "</think>": 4 } });
});
afterAll(() => provider.close());

async function matcherOf(spec: GrammarSpec): Promise<GrammarMatcher> {
  const matcher = await provider.open(spec);
  onTestFinished(() => matcher.release());
  return matcher;
}

const allowed = (matcher: GrammarMatcher): number[] => {
  const words = new Int32Array(Math.ceil(vocabSize / 32));
  matcher.fillMask(words);
  return Array.from({ length: vocabSize }, (_, id) => id).filter((id) => ((words[id >> 5]! >>> (id & 31)) & 1) === 1);
};
const textsOf = (ids: number[]): string[] =>
  ids.map((id) => (id === eosTokenId ? "<end>" : Buffer.from(byteTokenizer.tokenBytes(id)).toString("latin1"))).sort();
/** Whether the grammar takes the text, byte by byte, and its end. */
const takes = (matcher: GrammarMatcher, text: string): boolean => {
  const begun = matcher.fork();
  return [...byteTokenizer.encode(text), eosTokenId!].every((id) => begun.accept(id)) && begun.hasEnded;
};

describe("specifications of every kind", () => {
  it.each<[GrammarSpec, string[], string[]]>([
    [{ jsonSchema: { type: "object", properties: { a: { type: "integer" } } } }, ['{"a": 1}', "{}"], ['{"a": 1.5}']],
    [{ jsonSchema: '{"const": 12}' }, ["12"], ["1"]],
    [{ grammar: 'root ::= "a" ("b" | "é" | "c"*)' }, ["ab", "aé", "a", "acc"], ["b", "abc"]],
    [{ grammar: 'start: "a" start "b" | "c"' }, ["c", "aacbb"], ["ac"]],
    [{ grammar: "root ::= [а-я]{3}" }, ["абя"], [";:?"]],
    [{ regex: "[a-f]{3}|\\d{3}" }, ["abc", "123"], ["ab1"]],
    [{ regex: "yes|no" }, ["yes", "no"], ["yesno"]],
    [{ choice: ["aaa", "aba", "abb"] }, ["aaa", "aba", "abb"], ["aab"]],
    [
      {
        structuralTag: {
          type: "structural_tag",
          format: {
            type: "tag",
            begin: "<",
            content: { type: "json_schema", json_schema: { type: "null" } },
            end: ">",
          },
        },
      },
      ["<null>"],
      ["<true>", "null"],
    ],
    [{ grammar: 'start: "<" %json {"type": "boolean"} ">"' }, ["<true>"], ["<null>"]],
  ])("%j takes %j and not %j", async (spec, right, wrong) => {
    const matcher = await matcherOf(spec);
    for (const text of right) expect([text, takes(matcher, text)]).toEqual([text, true]);
    for (const text of wrong) expect([text, takes(matcher, text)]).toEqual([text, false]);
  });

  it("allow what may come next, tokens of several bytes and parts of characters included", async () => {
    const matcher = await matcherOf({ grammar: 'root ::= "a" ("b" | "é" | "c"*)' });
    expect(textsOf(allowed(matcher))).toEqual(["a", "ab"]);
    expect(matcher.accept("a".charCodeAt(0))).toBe(true);
    expect(textsOf(allowed(matcher))).toEqual(["<end>", "b", "c", "\xc3", "\xc3\xa9"].sort());
    expect(matcher.accept(0xc3)).toBe(true);
    expect(textsOf(allowed(matcher))).toEqual(["\xa9"]);
    matcher.rollback(1);
    expect(matcher.accept("b".charCodeAt(0))).toBe(true);
    expect(allowed(matcher)).toEqual([eosTokenId]);
    for (const wrong of ["b".charCodeAt(0), -1, vocabSize, 1.5]) expect(matcher.accept(wrong)).toBe(false);
    expect(matcher.accept(eosTokenId!)).toBe(true);
    expect([matcher.hasEnded, allowed(matcher), matcher.accept(eosTokenId!)]).toEqual([true, [], false]);
  });

  it("name special tokens, which no text spells", async () => {
    const matcher = await matcherOf({ grammar: "root ::= <think> !</think>* </think>" });
    expect(allowed(matcher)).toEqual([3]);
    expect(matcher.accept(3)).toBe(true);
    expect(allowed(matcher)).not.toContain(eosTokenId);
    expect(allowed(matcher)).toEqual(expect.arrayContaining([3, 4, 65]));
    expect(matcher.accept(4)).toBe(true);
    expect(allowed(matcher)).toEqual([eosTokenId]);
  });
});

it.each<GrammarSpec>([
  { grammar: 'root ::= "a" <|end|>' },
  { grammar: "root ::= !<|end|>*" },
  { grammar: 'start: "a" <|end|>' },
  { structuralTag: { type: "structural_tag", format: { type: "token", token: "<|end|>" } } },
])("the end of text, named by %j, is told to come by itself", async (spec) => {
  const specialTokens = new Map([[eosTokenId!, "<|end|>"]]);
  const own = createGrammarProvider({ tokenizer: { ...byteTokenizer, specialTokens } });
  const message =
    /but for its end of text, which comes by itself where the output may end: leave it out, got "<\|end\|>"/;
  await expect(own.compile(spec)).rejects.toThrow(message);
  await own.close();
});

describe("bad specifications are refusals of their parameter", () => {
  it.each<[unknown, ErrorConstructor, string]>([
    [{ jsonSchema: "{" }, TypeError, '"jsonSchema" expected an object, a boolean or JSON text of one: '],
    [{ jsonSchema: 5 }, TypeError, '"jsonSchema" expected object, boolean or JSON text of one, got 5'],
    [
      { jsonSchema: { items: { $ref: "#/nope" } } },
      RangeError,
      '"jsonSchema" expected what can be enforced, got "$ref" at "/items"',
    ],
    [
      { grammar: 'root ::= "a' },
      RangeError,
      '"grammar" expected an EBNF grammar: at line 1, column 10, expected the quote',
    ],
    [{ grammar: `root ::= ${"(".repeat(1000)}` }, RangeError, "at most 200 brackets inside each other"],
    [{ grammar: 5 }, TypeError, '"grammar" expected string, got 5'],
    [{ regex: "(a)\\1" }, RangeError, '"regex" expected nothing but characters'],
    [{ regex: "(?!a)a" }, RangeError, '"regex" expected a grammar that a text can fit'],
    [{ choice: [] }, TypeError, '"choice" expected non-empty array of strings, got an array of 0'],
    [{ structuralTag: { format: { type: "nope" } } }, RangeError, '"structuralTag" at /format expected a type'],
    [
      { grammars: "" },
      TypeError,
      '"spec" expected one of jsonSchema, grammar, regex, choice, structuralTag, got "grammars"',
    ],
    [{}, TypeError, '"spec" expected one of jsonSchema'],
    [{ jsonSchema: { const: 1n } }, TypeError, '"jsonSchema" expected what JSON has a text for, got an object'],
  ])("%#", async (spec, type, message) => {
    const error: unknown = await provider.compile(spec as GrammarSpec).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(type);
    expect((error as Error).message).toContain(message);
    expect(refusalOf(error, (name) => `my ${name}`)?.message).toBe((error as Error).message.replace('"', '"my '));
  });
});

/** Both say the same in two ways, so no text fits: 2^32 states have to be looked at to see it. */
const endless = { regex: "(?=[ab]*a[ab]{32}$)(?!(?:b*a)*b*a[ab]{32}$)[ab]*" };

describe("a specification that takes too much", () => {
  it("fails alone and by its budget, while others are compiled", async () => {
    const limited = createGrammarProvider({ tokenizer: byteTokenizer, compileTimeoutMs: 300 });
    onTestFinished(() => limited.close());
    const outcomes = Promise.allSettled(
      Array.from({ length: 3 }, (_, i) => limited.compile({ regex: `${endless.regex}${"(?:)".repeat(i)}` })),
    );
    for (let i = 0; i < 20; i++) (await limited.compile({ choice: [`${i}`] })).release();
    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({
        reason: expect.any(GrammarBudgetError) as Error,
        status: "rejected",
      });
      expect(String((outcome as PromiseRejectedResult).reason)).toMatch(
        /"regex" expected one that takes at most 300 ms/,
      );
    }
    (await limited.compile({ choice: ["after"] })).release();
  });

  it("keeps other owners waiting for one of its kind at most, however many there are", async () => {
    const limited = createGrammarProvider({ tokenizer: byteTokenizer, compileTimeoutMs: 50 });
    onTestFinished(() => limited.close());
    const order: string[] = [];
    const of = (owner: string, i: number): Promise<void> =>
      limited.compile({ regex: `${endless.regex}${owner === "one" ? "" : "(?:)".repeat(i + 1)}` }, { owner }).then(
        () => undefined,
        () => void order.push(owner),
      );
    const many = Array.from({ length: 8 }, (_, i) => of("many", i));
    await of("one", 0);
    expect(order.filter((owner) => owner === "many").length).toBeLessThan(5);
    await Promise.all(many);
    expect(order).toHaveLength(9);
  });

  it("is given up when nobody waits for it any more", async () => {
    const controller = new AbortController();
    const outcome = provider.compile(endless, { signal: controller.signal });
    controller.abort(new Error("gone"));
    await expect(outcome).rejects.toThrow(/gone|nobody waits/);
    (await provider.compile({ choice: ["after"] })).release();
  });
});

describe("compiled grammars", () => {
  it("are one image for equal specs that are in use, and are made anew when nobody and no cache has them", async () => {
    const small = createGrammarProvider({ tokenizer: byteTokenizer, cacheBytes: 0 });
    onTestFinished(() => small.close());
    const open = (): Promise<CompiledGrammar> => small.compile({ choice: ["a"] });
    const [first, second] = await Promise.all([open(), open()]);
    expect(second.image).toBe(first.image);
    first.release();
    first.release();
    expect((await open()).image).toBe(second.image);
    second.release();
    const others = await open();
    expect(others.image).toBe(second.image);
  });
});

it.each([
  [
    { tokenizer: { ...byteTokenizer, eosTokenId: undefined } },
    `"tokenizer" expected one with an eosTokenId, got undefined`,
  ],
  [{ tokenizer: byteTokenizer, vocabSize: 3 }, `"vocabSize" expected integer in [268, 16777216], got 3`],
  [{ tokenizer: byteTokenizer, anyWhitespace: 1 }, `"anyWhitespace" expected boolean, got 1`],
  [{ tokenizer: byteTokenizer, warm: 1 }, `"warm" expected boolean, got 1`],
  [{ tokenizer: byteTokenizer, cacheBytes: -1 }, `"cacheBytes" expected integer in [0, 1099511627776], got -1`],
  [{ tokenizer: byteTokenizer, compileTimeoutMs: 0 }, `"compileTimeoutMs" expected integer in [1, 600000], got 0`],
  [
    { tokenizer: byteTokenizer, specialTokens: { "<a>": 268 } },
    `"specialTokens["<a>"]" expected integer in [0, 267], got 268`,
  ],
  [{ tokenizer: byteTokenizer, cache: 1 }, `unknown grammar option "cache"`],
])("refuses options %#", (options, message) => {
  expect(() => createGrammarProvider(options as never)).toThrow(message);
});
