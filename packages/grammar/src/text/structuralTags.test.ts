import { describe, expect, it } from "vitest";
import { Expressions } from "../regex/expressions.ts";
import { regexText } from "../regex/regexText.ts";
import type { GrammarRules } from "../rules/grammarRules.ts";
import { textsOf } from "../testing/randomGrammars.ts";
import { takes, tokenNames } from "../testing/takes.ts";
import { compileGrammar } from "./compileGrammar.ts";
import { parseStructuralTag } from "./structuralTags.ts";

/** Schemas for the test are regular expressions. */
function rulesOf(tag: unknown): GrammarRules {
  const expressions = new Expressions();
  const compileSchema = (schema: unknown): GrammarRules => ({
    expressions,
    lexemes: [{ name: "json", expression: expressions.text(regexText(String(schema)), "utf8") }],
    rules: [
      {
        name: "json",
        states: [
          { edges: [{ symbol: { lexeme: 0 }, target: 1 }], isAccepting: false },
          { edges: [], isAccepting: true },
        ],
      },
    ],
    start: 0,
  });
  return compileGrammar(parseStructuralTag(tag, tokenNames), { expressions, param: "structuralTag", compileSchema });
}
const whole = (format: object): object => ({ type: "structural_tag", format });
const tag = (begin: string, content: object, end: unknown): object => ({ type: "tag", begin, content, end });
const text = { type: "any_text" };
const digits = { type: "regex", pattern: "[0-9]+" };

describe("structural tags", () => {
  it.each([
    [
      { structures: [{ begin: "<f=a>", schema: "[0-9]+", end: "</f>" }], triggers: ["<f="] },
      ["", "hi", "hi <f", "<f=a>12</f>", "x<f=a>1</f>y<f=a>2</f>z"],
      ["<f=", "<f=a>x</f>", "<f=b>", "x<f=a>1</f"],
    ],
    [whole({ type: "const_string", value: "ab" }), ["ab"], ["a"]],
    [whole(digits), ["12"], ["a"]],
    [whole({ type: "grammar", grammar: 'root ::= "(" root ")" | "x"' }), ["((x))"], ["(x"]],
    [whole({ type: "grammar", grammar: 'start: "x" start | "y"' }), ["xxy"], ["x"]],
    [whole({ type: "json_schema", json_schema: "[a-c]" }), ["b"], ["d"]],
    [whole({ type: "any_text", excludes: ["no"] }), ["", "n o"], ["a no b"]],
    [whole({ type: "any_text", max_chars: 2 }), ["", "éé"], ["abc"]],
    [whole(tag("<t>", text, "</t>")), ["<t></t>", "<t>a</t</t>"], ["<t>", "<t></t></t>", "<t>a</t>b"]],
    [whole(tag("<t>", { ...text, max_chars: 1 }, ["</t>", "!"])), ["<t>a</t>", "<t>!"], ["<t>ab!", "<t>!!"]],
    [whole(tag("<", tag("(", digits, ")"), ">")), ["<(1)>"], ["<1>"]],
    [whole({ type: "sequence", elements: [digits, text] }), ["1", "1x"], ["x"]],
    [whole({ type: "or", elements: [digits, { type: "const_string", value: "x" }] }), ["1", "x"], ["1x"]],
    [whole({ type: "optional", content: digits }), ["", "1"], ["x"]],
    [whole({ type: "star", content: { type: "const_string", value: "ab" } }), ["", "abab"], ["aba"]],
    [whole({ type: "plus", content: { type: "const_string", value: "ab" } }), ["ab", "abab"], [""]],
    [
      whole({ type: "repeat", min: 2, max: 3, content: { type: "const_string", value: "a" } }),
      ["aa", "aaa"],
      ["a", "aaaa"],
    ],
    [whole({ type: "repeat", min: 1, max: -1, content: { type: "const_string", value: "a" } }), ["a", "aaaaa"], [""]],
    [
      whole({
        type: "triggered_tags",
        triggers: ["<f"],
        tags: [tag("<f1>", digits, "</f>"), tag("<f2>", text, "</f>")],
      }),
      ["", "a<", "a<f1>2</f>b<f2>x<f1></f>"],
      ["<f", "<f3>", "<f1>x</f>"],
    ],
    [
      whole({ type: "triggered_tags", triggers: ["<f"], tags: [tag("<f>", digits, ">")], at_least_one: true }),
      ["<f>1>", "<f>1>a<f>2>b"],
      ["", "a<f>1>", "<f>"],
    ],
    [
      whole({ type: "triggered_tags", triggers: ["<f"], tags: [tag("<f>", digits, ">")], stop_after_first: true }),
      ["", "a", "a<f>1>"],
      ["<f>1>a", "<f>1><f>1>"],
    ],
    [
      whole({
        type: "triggered_tags",
        triggers: ["<f"],
        tags: [tag("<f>", digits, ">")],
        stop_after_first: true,
        at_least_one: true,
      }),
      ["<f>1>"],
      ["", "a<f>1>", "<f>1>a"],
    ],
    [
      whole(
        tag("[", { type: "triggered_tags", triggers: ["<"], tags: [tag("<", digits, ">")], excludes: ["no"] }, "]"),
      ),
      ["[]", "[a<1>b]", "[<1><2>]"],
      ["[<]", "[no]", "[a]b]", "[a]<1>"],
    ],
    [
      whole({ type: "tags_with_separator", tags: [tag("<", digits, ">")], separator: ", " }),
      ["", "<1>", "<1>, <2>"],
      [", ", "<1>,<2>", "<1><2>"],
    ],
    [
      whole({
        type: "dispatch",
        rules: [
          ["#", digits],
          ["$", text],
        ],
        loop: false,
        excludes: ["!"],
      }),
      ["a#1", "b$c", "d"],
      ["a#1a", "a!", "#"],
    ],
  ])("%j takes %j and not %j", (given, right, wrong) => {
    const rules = rulesOf(given);
    for (const each of right) expect([each, takes(rules, each)]).toEqual([each, true]);
    for (const each of wrong) expect([each, takes(rules, each)]).toEqual([each, false]);
    expect(takes(rulesOf(JSON.stringify(given)), right[0]!)).toBe(true);
  });

  it("end free text with the first marker that is complete, for all texts of up to 7 characters of 2", () => {
    const given = whole({
      type: "triggered_tags",
      triggers: ["aab", "ba"],
      tags: [
        tag("aab", { type: "const_string", value: "a" }, "b"),
        tag("ba", { type: "const_string", value: "b" }, ""),
      ],
    });
    const rules = rulesOf(given);
    /** A plain reader: the first trigger to be complete begins a tag. */
    const isRight = (whole: string): boolean => {
      for (let end = 1; end <= whole.length; end++) {
        const trigger = ["aab", "ba"].find((each) => whole.slice(0, end).endsWith(each));
        const rest = trigger === "aab" ? "ab" : "b";
        if (trigger) return whole.startsWith(rest, end) && isRight(whole.slice(end + rest.length));
      }
      return true;
    };
    for (const each of textsOf(7, ["a", "b"])) expect([each, takes(rules, each)]).toEqual([each, isRight(each)]);
  });

  it("have markers that are special tokens, with free text around", () => {
    const rules = rulesOf(
      whole({
        type: "token_triggered_tags",
        trigger_tokens: ["<think>"],
        tags: [
          {
            type: "tag",
            begin: { type: "token", token: "<think>" },
            content: { type: "any_tokens", exclude_tokens: [257, "<think>"] },
            end: { type: "token", token: "</think>" },
          },
        ],
      }),
    );
    const ids = rules.lexemes.flatMap(({ tokenIds }) => (tokenIds ? [JSON.stringify(tokenIds)] : []));
    expect(ids.sort()).toEqual(["[[256,256]]", "[[257,257]]"]);
    expect(takes(rules, "free <think> text")).toBe(true);
  });

  it.each([
    ["{", TypeError, /^"structuralTag" expected an object or JSON text of one: /],
    [[], RangeError, '"structuralTag" expected object, got an array of 0'],
    [{}, RangeError, '"structuralTag" at /format expected object, got undefined'],
    [{ formats: {} }, RangeError, '"structuralTag" expected nothing but type, format, got "formats"'],
    [
      whole({ type: "nope" }),
      RangeError,
      '"structuralTag" at /format expected a type of format that is followed, got "nope"',
    ],
    [
      whole({ type: "sequence", elements: [text, { type: "or" }] }),
      RangeError,
      '"structuralTag" at /format/elements/1/elements expected array, got undefined',
    ],
    [
      whole({ type: "regex", pattern: "(" }),
      RangeError,
      '"structuralTag" at /format expected a pattern that can be followed',
    ],
    [
      whole({ type: "grammar", grammar: "root ::= \n x" }),
      RangeError,
      '"structuralTag" at /format/grammar expected an EBNF grammar: at line 2, column 2',
    ],
    [
      whole({ type: "json_schema", json_schema: {}, style: "qwen_xml" }),
      RangeError,
      'at /format expected style "json", got "qwen_xml"',
    ],
    [
      whole({ type: "any_text", max_tokens: 5 }),
      RangeError,
      "at /format/max_tokens expected nothing (text is not counted in tokens",
    ],
    [
      whole({ type: "token", token: "<x>" }),
      RangeError,
      "expected a token's id below 300 or the name of a special token of the vocabulary, got",
    ],
    [
      whole({ type: "any_tokens", exclude_tokens: [5] }),
      RangeError,
      "expected special tokens among those that are excluded",
    ],
    [
      whole({ type: "triggered_tags", triggers: ["<"], tags: [tag("(", text, ")")] }),
      RangeError,
      'at /format/tags/0 expected a begin with one of the triggers, and no other, got "("',
    ],
    [
      whole({ type: "triggered_tags", triggers: ["<", "<f"], tags: [tag("<f", text, ")")] }),
      RangeError,
      "and no other",
    ],
    [whole({ type: "triggered_tags", triggers: ["<"], tags: [] }), RangeError, "at /format expected a tag, got"],
    [
      { structures: [{ begin: "<", end: ">" }], triggers: ["<"] },
      RangeError,
      "at /structures/0 expected a schema, got undefined",
    ],
    [
      { structures: [{ begin: "<", schema: "", end: ">" }], triggers: [""] },
      RangeError,
      "array of strings with a character in them",
    ],
    [
      whole(Array.from({ length: 201 }).reduce<object>((content) => ({ type: "star", content }), digits)),
      RangeError,
      "at most 200 formats inside each other",
    ],
  ])("%# is refused with a pointer", (given, type, message) => {
    expect(() => rulesOf(given)).toThrow(type);
    expect(() => rulesOf(given)).toThrow(message);
  });
});
