import type { GrammarMatcher, GrammarProvider } from "@tokenmill/core";
import { beforeAll, describe, expect, it } from "vitest";
import { createGrammarProvider } from "./createGrammarProvider.ts";
import { byteTokenizer } from "./testing/byteTokenizer.ts";

const { vocabSize, eosTokenId } = byteTokenizer;
let provider: GrammarProvider;
beforeAll(async () => {
  provider = await createGrammarProvider({ tokenizer: byteTokenizer });
});

const allowed = (matcher: GrammarMatcher): number[] => {
  const words = new Int32Array(Math.ceil(vocabSize / 32));
  matcher.fillMask(words);
  return Array.from({ length: vocabSize }, (_, id) => id).filter((id) => ((words[id >> 5]! >>> (id & 31)) & 1) === 1);
};
const textsOf = (ids: number[]): string[] =>
  ids.map((id) => (id === eosTokenId ? "<end>" : Buffer.from(byteTokenizer.tokenBytes(id)).toString("latin1"))).sort();
/** Whether the grammar takes the text, byte by byte, and its end. */
const takes = (matcher: GrammarMatcher, text: string): boolean =>
  [...byteTokenizer.encode(text), eosTokenId!].every((id) => matcher.accept(id)) && matcher.hasEnded;

describe("masks", () => {
  it("allow what may come next, tokens of several bytes and parts of characters included", () => {
    const matcher = provider.open({ grammar: 'root ::= "a" ("b" | "é" | "c"*)' });
    expect(textsOf(allowed(matcher))).toEqual(["a", "ab"]);
    expect(matcher.accept("a".charCodeAt(0))).toBe(true);
    expect(textsOf(allowed(matcher))).toEqual(["<end>", "b", "c", "\xc3", "\xc3\xa9"].sort());
    expect(matcher.accept(0xc3)).toBe(true);
    expect(textsOf(allowed(matcher))).toEqual(["\xa9"]);
    expect(matcher.accept(0xa9)).toBe(true);
    expect(allowed(matcher)).toEqual([eosTokenId]);
    expect(matcher.hasEnded).toBe(false);
    expect(matcher.accept(eosTokenId!)).toBe(true);
    expect(matcher.hasEnded).toBe(true);
    expect(allowed(matcher)).toEqual([]);
    expect(matcher.accept(eosTokenId!)).toBe(false);
  });

  it("agree with accept for every token of the vocabulary, all along a JSON text", () => {
    const spec = { jsonSchema: { type: "object", properties: { ab: { enum: ["é", true, 12] } }, required: ["ab"] } };
    const history: number[] = [];
    for (const id of [...byteTokenizer.encode('{"ab": "é"}'), eosTokenId!]) {
      const matcher = provider.open(spec);
      for (const earlier of history) expect(matcher.accept(earlier)).toBe(true);
      const mask = allowed(matcher);
      matcher.release();
      for (let token = 0; token < vocabSize; token++) {
        const fresh = provider.open(spec);
        for (const earlier of history) fresh.accept(earlier);
        expect([token, fresh.accept(token)]).toEqual([token, mask.includes(token)]);
        fresh.release();
      }
      history.push(id);
    }
  });

  it("leave a refused token without effect", () => {
    const matcher = provider.open({ grammar: 'root ::= "ab"' });
    for (const wrong of ["b".charCodeAt(0), -1, vocabSize, 1.5, eosTokenId!]) expect(matcher.accept(wrong)).toBe(false);
    expect(takes(matcher, "ab")).toBe(true);
  });

  it("never allow the padding of a row behind the vocabulary", async () => {
    const padded = await createGrammarProvider({ tokenizer: byteTokenizer, vocabSize: vocabSize + 50 });
    const words = new Int32Array(Math.ceil((vocabSize + 50) / 32));
    padded.open({ jsonSchema: true }).fillMask(words);
    for (let id = vocabSize; id < vocabSize + 50; id++) expect((words[id >> 5]! >>> (id & 31)) & 1).toBe(0);
  });
});

describe("regular expressions", () => {
  it.each(["(?:é|ab|[^\\x00-\\x7f]{2}|12)*true", "a{2,3}|null", "|b"])("%s: masks agree with accept", (regex) => {
    for (const text of ["", "ab", "é12", "\u00e9\xe9true", "aa", "nul", "b"]) {
      const history = byteTokenizer.encode(text);
      const open = (): GrammarMatcher | undefined => {
        const matcher = provider.open({ regex });
        return history.every((id) => matcher.accept(id)) ? matcher : undefined;
      };
      const mask = open() && allowed(open()!);
      for (let id = 0; mask && id < vocabSize; id++) expect([id, open()!.accept(id)]).toEqual([id, mask.includes(id)]);
    }
  });

  it("end with end of text only, where they match", () => {
    expect(takes(provider.open({ regex: "a+b?" }), "aab")).toBe(true);
    expect(takes(provider.open({ regex: "a+b?" }), "")).toBe(false);
    const matcher = provider.open({ regex: "a" });
    expect(textsOf(allowed(matcher))).toEqual(["a"]);
    for (const wrong of ["b".charCodeAt(0), -1, vocabSize, 1.5, eosTokenId!]) expect(matcher.accept(wrong)).toBe(false);
    expect(matcher.accept("a".charCodeAt(0))).toBe(true);
    expect(allowed(matcher)).toEqual([eosTokenId]);
    expect(matcher.accept(eosTokenId!)).toBe(true);
    expect([matcher.hasEnded, allowed(matcher), matcher.accept(eosTokenId!)]).toEqual([true, [], false]);
  });

  it("keep to their masks when more are in use than are kept", async () => {
    const small = await createGrammarProvider({ tokenizer: byteTokenizer, vocabSize: 2 ** 26, cacheSize: 0 });
    const words = new Int32Array(2 ** 21);
    const matchers = ["ab", "bc", "[a]c"].map((regex) => small.open({ regex }));
    for (const matcher of [...matchers, ...matchers]) {
      matcher.fillMask(words);
      expect(words.some((word, i) => word !== 0 && i > vocabSize >> 5)).toBe(false);
    }
    const first = matchers.map((matcher) => {
      matcher.fillMask(words);
      return ["a", "b", "c"].filter((letter) => {
        const id = letter.charCodeAt(0);
        return ((words[id >> 5]! >>> (id & 31)) & 1) === 1;
      });
    });
    expect(first).toEqual([["a"], ["b"], ["a"]]);
  });
});

describe("JSON schemas", () => {
  it("are followed in one line, or with any white space", async () => {
    const spec = { jsonSchema: { type: "object", properties: { a: { type: "integer" }, b: { type: "null" } } } };
    const loose = await createGrammarProvider({ tokenizer: byteTokenizer, anyWhitespace: true });
    expect(takes(provider.open(spec), '{"a": 1, "b": null}')).toBe(true);
    expect(takes(provider.open(spec), '{"a":1,"b":null}')).toBe(false);
    expect(takes(loose.open(spec), '{ "a":1,\n"b" :null}')).toBe(true);
    expect(takes(provider.open(spec), '{"a": 1.5}')).toBe(false);
    expect(takes(provider.open(spec), '{"c": 1}')).toBe(false);
  });

  it.each([
    [{ type: "integer", minimum: 0, maximum: 120 }, ["0", "120", "99"], ["129", "121", "-1", "00", "1.0"]],
    [{ type: "integer", exclusiveMinimum: -3, exclusiveMaximum: 2.5 }, ["-2", "0", "2"], ["-3", "3", "-0"]],
    [
      { type: "string", minLength: 1, maxLength: 2 },
      ['"é"', '"\\n\\""', '"\\u00e9a"'],
      ['""', '"abc"', '"\t"', '"\\ud83d"'],
    ],
    [{ type: "string", minLength: 2 }, ['"ab"', '"abcdefgh"'], ['"a"', '""']],
    [{ type: "string", maxLength: 0 }, ['""'], ['"a"']],
    [
      {
        type: "array",
        prefixItems: [
          { type: "string", maxLength: 2 },
          { type: "string", maxLength: 1 },
        ],
        items: false,
      },
      ['["ab", "a"]', '["", ""]'],
      ['["abc", "a"]', '["ab", "ab"]'],
    ],
    [{ type: "string", pattern: "^a.[^b]$" }, ['"aéc"'], ['"a""', '"a\tc"', '"aab"', '"ax\\"']],
    [
      {
        anyOf: [
          { type: "string", maxLength: 1 },
          { type: "integer", maximum: 5 },
        ],
      },
      ['"a"', "-17"],
      ['"ab"', "6"],
    ],
    [
      { $ref: "#/$defs/tag", $defs: { tag: { type: "array", items: { type: "string", maxLength: 1 }, maxItems: 2 } } },
      ['["a", "mark"]'.replace("mark", "b"), "[]"],
      ['["a", "b", "c"]', '["ab"]'],
    ],
    [{ enum: ["mark0", "mark"] }, ['"mark0"', '"mark"'], ['"mar"']],
  ])("%j take %j and refuse %j", (jsonSchema, right, wrong) => {
    for (const text of right) expect([text, takes(provider.open({ jsonSchema }), text)]).toEqual([text, true]);
    for (const text of wrong) expect([text, takes(provider.open({ jsonSchema }), text)]).toEqual([text, false]);
  });

  it("may come as JSON text", () => {
    expect(takes(provider.open({ jsonSchema: '{"const": 12}' }), "12")).toBe(true);
  });

  it("keep what is called as an ignored keyword but is a property", () => {
    const spec = { jsonSchema: { type: "object", properties: { not: { type: "null" }, if: { type: "null" } } } };
    expect(takes(provider.open(spec), '{"not": null}')).toBe(true);
  });
});

describe("bad grammars", () => {
  it.each([
    [{ jsonSchema: "{" }, TypeError, /^"jsonSchema" expected an object, a boolean or JSON text of one: SyntaxError/],
    [{ jsonSchema: [] }, TypeError, `"jsonSchema" expected object, boolean or JSON text of one, got an array of 0`],
    [{ jsonSchema: 5 }, TypeError, `"jsonSchema" expected object, boolean or JSON text of one, got 5`],
    [{ jsonSchema: { type: "strin" } }, RangeError, /that XGrammar can follow: Unsupported type "strin"$/],
    [{ jsonSchema: { $ref: "#/nope" } }, RangeError, /that XGrammar can follow: Cannot find field nope/],
    [{ jsonSchema: { type: "string", pattern: "[" } }, RangeError, /Regex parsing error at position 2: Unclosed '\['$/],
    [{ jsonSchema: { allOf: [{ type: "null" }, { type: "null" }] } }, RangeError, /allOf with multiple options/],
    [
      { jsonSchema: { type: "string", pattern: "a", maxLength: 3 } },
      RangeError,
      /pattern and minLength\/maxLength\/format is not supported yet/,
    ],
    [
      { jsonSchema: { properties: { a: { type: "number", minimum: 0 } } } },
      RangeError,
      /can be enforced: \/properties\/a\/minimum is enforced beside "type": "integer" only$/,
    ],
    [
      { jsonSchema: { items: { anyOf: [{ type: "null" }, { not: {} }] } } },
      RangeError,
      /can be enforced: \/items\/anyOf\/1\/not is not enforced$/,
    ],
    [{ jsonSchema: { type: "array", uniqueItems: true } }, RangeError, /\/uniqueItems is not enforced$/],
    [
      { jsonSchema: { type: "integer", maximum: 3, enum: [5] } },
      RangeError,
      /\/maximum is not enforced beside "enum"$/,
    ],
    [{ jsonSchema: { maxLength: 3 } }, RangeError, /\/maxLength is enforced beside "type": "string" only$/],
    [
      { jsonSchema: { type: "string", maxLength: -1 } },
      RangeError,
      /\/maxLength expected an integer in \[0, 256\], or none$/,
    ],
    [{ jsonSchema: { type: "integer", minimum: 5, maximum: 4 } }, RangeError, /integer between them, got 5 to 4$/],
    [
      { jsonSchema: { type: "string", pattern: "\\s" } },
      RangeError,
      /\/pattern may match quotes, backslashes or control/,
    ],
    [{ grammar: 'root ::= "a' }, RangeError, /EBNF grammar that XGrammar can follow: EBNF lexer error at line 1/],
    [{ grammar: 'x ::= "a"' }, RangeError, /The root rule with name "root" is not found$/],
    [{ regex: 5 as never }, TypeError, `"regex" expected string with a regular expression, got 5`],
    [{ regex: "(a)\\1" }, RangeError, /got the backreference \\1 at 3$/],
    [{ grammar: 5 as never }, TypeError, `"grammar" expected string of EBNF with a rule named root, got 5`],
  ])("%j is refused", (spec, type, message) => {
    const open = (): unknown => provider.open(spec);
    expect(open).toThrow(type);
    expect(open).toThrow(message);
  });

  it("leave matchers in use and later grammars alone, 60 times over", async () => {
    const matcher = provider.open({ grammar: 'root ::= "a" [bc]{59}' });
    matcher.accept("a".charCodeAt(0));
    for (let i = 0; i < 59; i++) {
      expect(() => provider.open({ grammar: `root ::= "${i}" b${i}` })).toThrow(`Rule "b${i}" is not defined`);
      expect(matcher.accept("b".charCodeAt(0))).toBe(true);
      if (i % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 40));
    }
    expect(allowed(matcher)).toEqual([eosTokenId]);
    expect(takes(provider.open({ grammar: 'root ::= "still"' }), "still")).toBe(true);
  });
});

it.each([
  [
    { tokenizer: { ...byteTokenizer, eosTokenId: undefined } },
    `"tokenizer" expected one with an eosTokenId, got undefined`,
  ],
  [{ tokenizer: byteTokenizer, vocabSize: 3 }, `"vocabSize" expected integer ≥ 268 (the tokenizer's), got 3`],
  [{ tokenizer: byteTokenizer, anyWhitespace: 1 }, `"anyWhitespace" expected boolean, got 1`],
  [{ tokenizer: byteTokenizer, cacheSize: -1 }, `"cacheSize" expected integer ≥ 0, got -1`],
  [{ tokenizer: byteTokenizer, cache: 1 }, `unknown grammar option "cache"`],
])("refuses options %#", async (options, message) => {
  await expect(createGrammarProvider(options as never)).rejects.toThrow(message);
});
