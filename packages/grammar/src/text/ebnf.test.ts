import { describe, expect, it } from "vitest";
import type { GrammarRules } from "../rules/grammarRules.ts";
import { compiled, takes, tokenNames } from "../testing/takes.ts";
import { parseEbnf } from "./ebnf.ts";

const rulesOf = (text: string): GrammarRules => compiled(parseEbnf(text, tokenNames));

describe("EBNF", () => {
  it.each([
    ['root ::= "a\\"\\n\\x41\\u00e9\\U0001F600\\\\"', ['a"\nAé😀\\'], ['a"\\nAé😀\\']],
    ["root ::= [а-я]{3}", ["абя"], [";:?", "аб", "абвг"]],
    ["root ::= [^a-z\\]]", ["é", "😀", "\n", "A"], ["a", "]", ""]],
    ["root ::= [a\\-c] [-x] [x-]", ["a--", "-xx"], ["bxx"]],
    ["root ::= [^]", ["a", "\n", "😀"], ["", "ab"]],
    ["root ::= .", ["a", "\n", "é"], [""]],
    [String.raw`root ::= [\]\[\^\$\.]+`, ["][^$."], ["\\"]],
    ['# first\nroot ::= "a" # then\n  | "b"\n\n  # and\n  "c"\nx ::= "d"', ["a", "bc"], ["b", "d"]],
    ['root ::= (\n  "a" |\n  # or\n  x\n)+\nx ::= "b"', ["ab", "b"], [""]],
    ['root ::= | "a"', ["", "a"], ["aa"]],
    ["root ::= ()", [""], ["a"]],
    ['root ::= "a"{2} "b"{1,} "c"{0,2} "d"{ 1 , 2 }', ["aabd", "aabbccdd"], ["abd", "aad", "aabcccd", "aabddd"]],
    ['root ::= a-b_1.c\na-b_1.c ::= "x"', ["x"], [""]],
    ['root ::= 1st .\n1st ::= "x"', ["xy"], ["x"]],
    ['root ::= "[" (root ("," root)*)? "]"', ["[]", "[[],[[]]]"], ["[", "[,]", "[]]"]],
    ['root ::= root "+" root | [0-9]+', ["1", "12+3+4"], ["+", "1+"]],
    ['root ::= x{2,3}\nx ::= "(" x? ")"', ["()()", "(())()((()))"], ["()", "()()()()"]],
    ['root ::= [ \\t]* ws\nws ::= [ \\t\\n] ws | ""', ["", " \n "], ["a"]],
    ['root ::= "a"{0}"b"', ["b"], ["ab"]],
  ])("%s takes %j and not %j", (text, right, wrong) => {
    const rules = rulesOf(text);
    for (const each of right) expect([each, takes(rules, each)]).toEqual([each, true]);
    for (const each of wrong) expect([each, takes(rules, each)]).toEqual([each, false]);
  });

  it("reads llama.cpp's grammar of JSON as it is", () => {
    const rules = rulesOf(
      String.raw`root   ::= object
value  ::= object | array | string | number | ("true" | "false" | "null") ws

object ::=
  "{" ws (
            string ":" ws value
    ("," ws string ":" ws value)*
  )? "}" ws

array  ::=
  "[" ws (
            value
    ("," ws value)*
  )? "]" ws

string ::=
  "\"" (
    [^"\\\x7F\x00-\x1F] |
    "\\" (["\\bfnrt] | "u" [0-9a-fA-F]{4}) # escapes
  )* "\"" ws

number ::= ("-"? ([0-9] | [1-9] [0-9]{0,15})) ("." [0-9]+)? ([eE] [-+]? [0-9] [1-9]{0,15})? ws

# Optional space: by convention, applied in this grammar after literal chars when allowed
ws ::= | " " | "\n" [ \t]{0,20}`,
    );
    for (const text of ['{"a": [1, -2.5e+3, "\\u00e9\\n", {}], "b": null}', "{}", '{"é": [[]]}\n\t']) {
      expect([text, takes(rules, text)]).toEqual([text, true]);
    }
    for (const text of ['{"a" 1}', '{"a\n": 1}', "[]", "{} {}"])
      expect([text, takes(rules, text)]).toEqual([text, false]);
  });

  it("makes one regex of a grammar without true recursion", () => {
    const rules = rulesOf(
      'root ::= ws item ("," ws item)* \nitem ::= word "=" digits \nword ::= [a-z] word | [a-z]\ndigits ::= digits [0-9] | [0-9]\nws ::= a\na ::= " " b | ""\nb ::= " " a | ""',
    );
    expect([rules.lexemes.length, rules.rules.length]).toEqual([1, 1]);
    expect(takes(rules, "   ab=12, c=3")).toBe(true);
  });

  it("names tokens by id and by name, and all but some", () => {
    const rules = rulesOf("root ::= <think> body <[257]> <[3,7-9]>\nbody ::= !</think>*");
    const ids = rules.lexemes.flatMap(({ tokenIds }) => (tokenIds ? [tokenIds] : []));
    expect(ids).toEqual(
      expect.arrayContaining([
        [[256, 256]],
        [[257, 257]],
        [
          [3, 3],
          [7, 9],
        ],
      ]),
    );
    expect(ids).toHaveLength(3);
  });

  it.each([
    ["", "at line 1, column 1, expected a rule named root, got none"],
    ['x ::= "a"', "at line 1, column 1, expected a rule named root, got none"],
    ['root ::= "a', "at line 1, column 10, expected the quote's end on its line, got the end"],
    ['root ::= "a\n"', "at line 1, column 10, expected the quote's end on its line, got the line's end"],
    ["root ::= [a", "at line 1, column 10, expected the class's end on its line, got the end"],
    ['root ::= "é" | b1\nb2 ::= "x"', 'at line 1, column 16, expected the name of a rule, got "b1", which no rule has'],
    ['root ::= "a"\n# and\nroot ::= "b"', 'at line 3, column 1, expected each rule once, got "root" again'],
    ['root ::= ("a" | ("b")', 'at line 1, column 22, expected ")" of the bracket at line 1, got the end'],
    ['root ::= "a")', 'at line 1, column 13, expected a part of a rule, or the next rule, got ")"'],
    ['root ::= "a"{2,1}', "expected a largest count that is no less than the least, got 2 and 1"],
    ['root ::= "a"{1000001}', "expected a count of at most 1000000, got 1000001"],
    ['root ::= "a"{,', "expected a count, got the end"],
    ["root ::= [z-a]", 'at line 1, column 11, expected a range upwards, got "z-a"'],
    ["root ::= []", 'expected a class with a character in it, got "[]"'],
    ['root ::= "\\q"', "expected an escape of a, b, e, f, n, r, t, v, 0, xHH, uHHHH, UHHHHHHHH or punctuation"],
    ['root ::= "\\ud800"', 'expected the code of a character of Unicode, got "\\\\ud800"'],
    ['root ::= "\\x41b"', "two digits after \\x and no third"],
    ['root ::= "a\\u00"', "expected 4 hexadecimal digits"],
    ["root ::= <nope>", 'expected the name of a special token of the vocabulary, got "<nope>"'],
    ["root ::= <[300]>", "expected a token's id below 300, got 300"],
    ["root ::= !<[5]>*", "expected a special token after !, got a token of text"],
    ["root ::= !<think>", 'expected "*" or "+" after a token that is excepted'],
    ['root ::= (= "a")', 'expected a group (lookaheads are not followed), got "(="'],
    ['root[max_tokens=3] ::= "a"', 'expected "::=" (attributes of rules are not followed), got "["'],
    ["root = 1", 'at line 1, column 6, expected "::=", got "="'],
    [`root ::= ${"(".repeat(1000)}`, "at line 1, column 210, expected at most 200 brackets inside each other"],
    ['root ::= "a" root', "expected a grammar that a text can fit, got none for its rule root"],
    ["root ::= root", "expected a grammar that a text can fit, got none for its rule root"],
    ["\ud800", "expected characters of Unicode, got a lone surrogate"],
    [" ".repeat(262_145), "at most 262144 UTF-16 units, got 262145"],
    [`root ::= ${"x ".repeat(100_001)}`, "expected at most 100000 parts, got more"],
    [Array.from({ length: 10_001 }, (_, i) => `r${i}::=r\n`).join(""), "expected at most 10000 rules, got more"],
  ])("%# is refused with its place", (text, message) => {
    expect(() => rulesOf(text)).toThrow(RangeError);
    expect(() => rulesOf(text)).toThrow(message);
  });

  it("leaves out alternatives that never end", () => {
    const rules = rulesOf('root ::= "a" | "b" loop | [^\\x00-\\U0010ffff]\nloop ::= "c" loop');
    expect(takes(rules, "a")).toBe(true);
    expect(rules.lexemes).toHaveLength(1);
    expect(rules.expressions.derive(rules.lexemes[0]!.expression, "b".charCodeAt(0))).toBe(rules.expressions.none);
  });

  it("keeps to a size that follows from the text: chains, doublings, and counts of counts", () => {
    const chain = `root ::= r0\n${Array.from({ length: 9000 }, (_, i) => `r${i} ::= "a" r${i + 1}`).join("\n")}\nr9000 ::= "b"`;
    expect(rulesOf(chain).rules.length).toBeLessThan(9000);
    const doubling = `root ::= a30\n${Array.from({ length: 30 }, (_, i) => `a${i + 1} ::= a${i} a${i} | a${i}`).join("\n")}\na0 ::= "a"`;
    expect(takes(rulesOf(doubling), "aaa")).toBe(true);
    const counts = rulesOf('root ::= (("a"{100}){100}){100}');
    expect(takes(counts, "aaa")).toBe(false);
  });
});
