import { describe, expect, it } from "vitest";
import type { GrammarRules } from "../rules/grammarRules.ts";
import { compiled, takes, tokenNames } from "../testing/takes.ts";
import { parseLark } from "./lark.ts";

const rulesOf = (text: string): GrammarRules => compiled(parseLark(text, tokenNames));

describe("Lark", () => {
  it.each([
    ['start: "a" "b"i | /c+/i\n  // or\n  | "d" -> last', ["ab", "aB", "cC", "d"], ["A", "abc", ""]],
    ['start: "a" // or | "b"\n# | "c"', ["a"], ["b", "c", ""]],
    ['start: "a".."c" "α".."γ"', ["aα", "cβ"], ["dα", "ad"]],
    ["start: /a.b/ /a.b/s", ["axba\nb"], ["a\nbaxb"]],
    ['start: "a"~2 "b"~1..3 ["c" "d"] "e"{2} "f"{,1} "g"?', ["aabee", "aabbbcdeefg"], ["abee", "aabcee"]],
    ['start: (INT | NAME)+\nINT: DIGIT+\nDIGIT: /[0-9]/\nNAME: /[a-z]/ ("_" | DIGIT)*', ["1a_2", "b"], ["_", ""]],
    [
      '%import common.WS\n%import common (INT, CNAME)\n%ignore WS\n%ignore /#[^\\n]*/\nstart: pair ("," pair)*\n?pair: CNAME "=" INT',
      ["a=1", "a = 1 , b_2=\n3 # end"],
      [" a=1", "a=1 2 =", "a b=1"],
    ],
    ["%import common.INT -> NUMBER\nstart: NUMBER", ["12"], ["a"]],
    ['start: value\n!value: "x" | "(" value ")" | "[" [value ("," value)*] "]"', ["[(x),[]]"], ["[x,]", "(x"]],
    ['start: start "+" start | "1"', ["1+1+1"], ["+1"]],
    ['start:\n  | "a"', ["", "a"], ["aa"]],
    ["%import common.ESCAPED_STRING\nstart: ESCAPED_STRING", ['"a\\"b"', '""'], ['"a', '"a"b"', '"\\"']],
    ["%import common.SIGNED_NUMBER\nstart: SIGNED_NUMBER", ["-1", "2.", "+.5e-3", "1E9"], [".", "e3"]],
    ["%import common.C_COMMENT\nstart: C_COMMENT", ["/* a * b **/"], ["/* */ */"]],
    ['start: "\\u00e9\\n" // é\n# and\n', ["é\n"], ["é"]],
  ])("%s takes %j and not %j", (text, right, wrong) => {
    const rules = rulesOf(text);
    for (const each of right) expect([each, takes(rules, each)]).toEqual([each, true]);
    for (const each of wrong) expect([each, takes(rules, each)]).toEqual([each, false]);
  });

  it("names tokens", () => {
    const { lexemes } = rulesOf("start: <think> /a*/ <[7]> <[2,4-6]>");
    const ids = lexemes.flatMap(({ tokenIds }) => (tokenIds ? [tokenIds] : []));
    expect(ids.map((each) => JSON.stringify(each)).sort()).toEqual(["[[2,2],[4,6]]", "[[256,256]]", "[[7,7]]"]);
  });

  it("has schemas in it", () => {
    const parsed = parseLark('start: "<" %json {\n "enum": ["}", "\\"{"] } ">"', tokenNames);
    const { body } = parsed.rules[0]!;
    expect(body.kind === "sequence" && body.parts[1]).toEqual({ kind: "json", schema: { enum: ["}", '"{'] } });
  });

  it.each([
    ["", "at line 1, column 1, expected a rule named start, got none"],
    ['begin: "a"', "expected a rule named start, got none"],
    ["start: a b", 'at line 1, column 8, expected the name of a rule or a terminal, got "a", which none has'],
    ["start: A\nA: B\nB: A", 'at line 3, column 4, expected terminals without recursion, got "A"'],
    ['start: A\nA: b\nb: "x"', 'at line 2, column 4, expected terminals of terminals alone, got the rule "b"'],
    ['start: "a"\nstart: "b"', 'at line 2, column 1, expected each name once, got "start" again'],
    ['start: A\nA.2: "a"', 'at line 2, column 2, expected ":" (priorities are not followed), got "."'],
    ['start: x\nx{a}: "a"', 'at line 2, column 2, expected ":" (templates are not followed), got "{"'],
    ['start: x{"a"}', "expected a part of a rule (templates are not followed)"],
    ["start[lazy]: /a/", 'expected ":" (options of rules are not followed), got "["'],
    ["%declare A\nstart: A", "at line 1, column 1, expected %ignore or %import of common, got %declare"],
    ["%import python.NAME\nstart: NAME", 'expected an import of common, got "python.NAME"'],
    ["%import common.NOPE\nstart: NOPE", 'expected the name of a terminal of common, got "NOPE"'],
    ["%import common.toString\nstart: A", 'expected the name of a terminal of common, got "toString"'],
    [
      "start: /(a/",
      'expected a regular expression that can be followed, got /(a/: "regex" expected a regular expression',
    ],
    ["start: /(a)\\1/", "got the backreference \\1 at 3"],
    ["start: /a/x", 'expected flags i, s and u, got "x"'],
    ["start: <[^5]>", "expected a token's id"],
    ["start: <[*]>", "expected a token's id"],
    ['start: "ab".."c"', "expected a range upwards from one character to another"],
    ["start: %json {", "expected %json with an object that is a schema"],
    ["start: @other", "grammars by name are not followed"],
    ['start: ("a"', 'expected ")" of the bracket at line 1, got the end'],
    ['start: "a" )', 'expected a part of a rule, or the line\'s end, got ")"'],
    ['start "a"', 'at line 1, column 7, expected ":"'],
    ["start: A\nA: <think>", "expected terminals of text alone, got a token"],
  ])("%# is refused with its place", (text, message) => {
    expect(() => rulesOf(text)).toThrow(RangeError);
    expect(() => rulesOf(text)).toThrow(message);
  });
});
