/** Lists of different texts, as far as an expression has them: by enumeration, alone and inside of others. */
import { describe, expect, it } from "vitest";
import { countTexts } from "./countTexts.ts";
import { type Expr, Expressions } from "./expressions.ts";
import { regexText } from "./regexText.ts";
import { SureText } from "./sureText.ts";

const expressions = new Expressions();
const sureText = new SureText(expressions.nodes);
const encoder = new TextEncoder();
const endless = Number.POSITIVE_INFINITY;
const accepts = (expr: Expr, text: string): boolean => expressions.accepts(expr, encoder.encode(text));

/** Whether the text is a list of so many different texts of the pattern, in any way to read it. */
function isList(pattern: RegExp, min: number, max: number, text: string): boolean {
  const from = (rest: string, before: readonly string[]): boolean => {
    for (let end = 1; end <= rest.length; end++) {
      const item = rest.slice(0, end);
      if (before.includes(item) || !pattern.test(item)) continue;
      const count = before.length + 1;
      if (end === rest.length && min <= count && count <= max) return true;
      if (count < max && rest.startsWith(", ", end) && from(rest.slice(end + 2), [...before, item])) return true;
    }
    return false;
  };
  return text === "" ? min === 0 : from(text, []);
}

/** All texts of up to so many pieces. */
function textsOf(pieces: readonly string[], most: number): string[] {
  const texts = [""];
  for (let at = 0, length = 0; length < most; length++) {
    for (const end = texts.length; at < end; at++) for (const piece of pieces) texts.push(texts[at]! + piece);
  }
  return [...new Set(texts)];
}

const items = ["a|b", "a*b|c", "[ab]{1,2}", "a|ab|a, b|b", "a+", "(a|b)c?"];
const counts = [
  [0, endless],
  [1, 1],
  [0, 2],
  [2, endless],
  [2, 3],
  [3, 3],
] as const;

describe.each(items)("items of /%s/", (pattern) => {
  const item = expressions.text(regexText(pattern), "utf8");
  const regex = new RegExp(`^(?:${pattern})$`);

  it.each(counts)("%d to %d of them, for all texts of up to 7 pieces", (min, max) => {
    const list = expressions.distinct(item, min, max);
    const texts = textsOf(["a", "b", "c", ", "], 7);
    const wrong = texts.filter((text) => accepts(list, text) !== isList(regex, min, max, text));
    expect(wrong).toEqual([]);
  });

  it("inside of a sequence, an intersection and a complement", () => {
    const list = expressions.distinct(item, 1, endless);
    const isAny = (text: string): boolean => isList(regex, 1, endless, text);
    const bracketed = expressions.concat([expressions.literal("["), list, expressions.literal("]")]);
    const others = expressions.and([list, expressions.not(expressions.words(["a, b", "b"]))]);
    for (const text of textsOf(["a", "b", ", "], 5)) {
      expect([text, accepts(bracketed, `[${text}]`)]).toEqual([text, isAny(text)]);
      expect([text, accepts(others, text)]).toEqual([text, isAny(text) && text !== "a, b" && text !== "b"]);
    }
  });

  it("has a text where there are enough of them, and only there", () => {
    const count = countTexts(expressions, item, 100);
    for (let min = 0; min <= 5; min++) {
      const list = expressions.distinct(item, min, endless);
      const isSaid = sureText.of(list);
      expect([min, expressions.isEmpty(list), isSaid && count < min]).toEqual([min, count < min, false]);
    }
  });
});

it("what follows each item says nothing of whether they differ", () => {
  const [name, value] = ["a|ab|b", ":x|:y?"].map((pattern) => expressions.text(regexText(pattern), "utf8")) as [
    Expr,
    Expr,
  ];
  const isOne = (text: string): boolean => {
    const properties = text.split(", ").map((property) => property.split(":"));
    const isRight = properties.every(
      ([first, second, ...more]) => /^(a|ab|b)$/.test(first!) && /^[xy]?$/.test(second ?? "?") && more.length === 0,
    );
    return isRight && new Set(properties.map(([first]) => first)).size === properties.length;
  };
  const list = expressions.distinct(name, 1, endless, value);
  const texts = textsOf(["a", "b", ":x", ":", ":y", ", "], 6);
  expect(texts.filter((text) => accepts(list, text) !== isOne(text))).toEqual([]);
  expect(texts.filter(isOne).length).toBeGreaterThan(30);
});

it("equal texts are those with properties in any order where an expression has free ones, else one", () => {
  const text = encoder.encode('{"a": [1, {"b": "}, {", "c": 2}], "d, e": {}}');
  const writings = ['{"a": [1, {"b": "}, {", "c": 2}], "d, e": {}}', '{"d, e": {}, "a": [1, {"c": 2, "b": "}, {"}]}'];
  const others = [
    '{"a": [{"b": "}, {", "c": 2}, 1], "d, e": {}}',
    '{"a": [1, {"b": "}, {", "c": 2}], "d, e": {}, "d, e": {}}',
    "{}",
  ];
  const free = expressions.distinct(expressions.literal("a"), 0, endless, expressions.literal(":"));
  const equal = expressions.equalTexts(free, text);
  expect(writings.map((each) => accepts(equal, each))).toEqual([true, true]);
  expect(others.map((each) => accepts(equal, each))).toEqual([false, false, false]);
  const same = expressions.equalTexts(expressions.literal("x"), text);
  expect(writings.map((each) => accepts(same, each))).toEqual([true, false]);
  expect(accepts(expressions.equalTexts(free, encoder.encode("a}b")), "a}b")).toBe(true);
});

it("lists of lists: equal ones are told from others at any depth", () => {
  const bracketed = (inner: Expr): Expr =>
    expressions.concat([expressions.literal("["), inner, expressions.literal("]")]);
  const digits = expressions.text(regexText("[12]"), "utf8");
  const inner = bracketed(expressions.distinct(digits, 0, endless));
  const outer = bracketed(expressions.distinct(inner, 0, endless));
  const outermost = expressions.distinct(outer, 0, endless);
  const lists = ["[]", "[1]", "[2]", "[1, 2]", "[2, 1]"];
  const valid = ["[]", ...lists.map((list) => `[${list}]`), "[[1], [2]]", "[[1, 2], [2, 1]]", "[[2, 1], [1, 2]]"];
  for (const first of valid) {
    for (const second of valid)
      expect([first, second, accepts(outermost, `${first}, ${second}`)]).toEqual([first, second, first !== second]);
  }
  for (const text of ["[[1, 1]]", "[[1], [1]]", "[[], []]", "[[1, 2], [1, 2]]"])
    expect(accepts(outermost, text)).toBe(false);
});

it("is said to be endless or bounded only where it is", () => {
  const many = expressions.text(regexText('"[^"]*"'), "utf8");
  const few = expressions.text(regexText("[ab]{1,2}"), "utf8");
  const said = (item: Expr, min: number, max: number): boolean[] => {
    const list = expressions.distinct(item, min, max);
    return [sureText.of(list), sureText.isEndless(list), sureText.isBounded(list)];
  };
  expect(said(many, 2, 5)).toEqual([true, true, false]);
  expect(said(few, 1, 5)).toEqual([true, false, true]);
  expect(said(few, 7, 9)).toEqual([false, false, true]);
});
