/** Expressions hold to sets of short texts, worked out operation by operation. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Budget, GrammarBudgetError } from "../budget/budget.ts";
import { type Expr, Expressions } from "./expressions.ts";
import type { TextRegex } from "./textRegex.ts";

const longest = 5;
const letters = ["a", "b"];
/** Every text of the letters up to the length. */
const universe: string[] = [""];
for (const text of universe) if (text.length < longest) universe.push(...letters.map((letter) => text + letter));

const { regex } = fc.letrec<{ regex: TextRegex; parts: TextRegex[] }>((tie) => ({
  parts: fc.array(tie("regex"), { maxLength: 3 }),
  regex: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    fc.constantFrom(...["a", "b", "ab"].map(classOf)),
    fc.record({ kind: fc.constant("concat" as const), parts: tie("parts") }),
    fc.record({ kind: fc.constantFrom("or" as const, "and" as const), parts: tie("parts") }),
    fc.record({ kind: fc.constant("not" as const), part: tie("regex") }),
    fc
      .tuple(tie("regex"), fc.nat(2), fc.constantFrom(0, 1, 2, Number.POSITIVE_INFINITY))
      .map(([part, min, more]): TextRegex => ({ kind: "repeat", part, min, max: min + more })),
  ),
}));

function classOf(characters: string): TextRegex {
  return {
    kind: "class",
    ranges: Array.from(characters, (each) => [each.charCodeAt(0), each.charCodeAt(0)] as const),
  };
}

/** The texts of the universe that the expression stands for. */
function textsOf(given: TextRegex): Set<string> {
  switch (given.kind) {
    case "none":
      return new Set();
    case "class":
      return new Set(given.ranges.map(([first]) => String.fromCharCode(first)));
    case "concat":
      return given.parts.map(textsOf).reduce(joined, new Set([""]));
    case "or":
      return new Set(given.parts.flatMap((part) => [...textsOf(part)]));
    case "and": {
      const sets = given.parts.map(textsOf);
      return new Set(universe.filter((text) => sets.every((set) => set.has(text))));
    }
    case "not": {
      const set = textsOf(given.part);
      return new Set(universe.filter((text) => !set.has(text)));
    }
    case "multiple":
      throw new Error("not drawn here");
    case "repeat": {
      const part = textsOf(given.part);
      let power = new Set([""]);
      for (let i = 0; i < given.min; i++) power = joined(power, part);
      const result = new Set(power);
      for (let i = given.min; i < Math.min(given.max, given.min + longest + 1); i++) {
        power = joined(power, part);
        for (const text of power) result.add(text);
      }
      return result;
    }
  }
}

function joined(first: Set<string>, second: Set<string>): Set<string> {
  const all = [...first].flatMap((a) => [...second].map((b) => a + b));
  return new Set(all.filter((text) => text.length <= longest));
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("expressions", () => {
  it("accept the texts of their definition, and no others", () => {
    const accepted = { yes: 0, no: 0 };
    fc.assert(
      fc.property(regex, (given) => {
        const expressions = new Expressions();
        const expr = expressions.text(given, "utf8");
        const expected = textsOf(given);
        for (const text of universe) {
          accepted[expected.has(text) ? "yes" : "no"]++;
          expect([text, expressions.accepts(expr, bytesOf(text))]).toEqual([text, expected.has(text)]);
        }
      }),
      { numRuns: 2000 },
    );
    expect(accepted.yes).toBeGreaterThan(10_000);
    expect(accepted.no).toBeGreaterThan(10_000);
  });

  it("are empty only if no text is left", () => {
    let emptyOnes = 0;
    fc.assert(
      fc.property(regex, regex, (a, b) => {
        const expressions = new Expressions();
        const letter = expressions.bytes([[0x61, 0x62]]);
        const ofLetters = expressions.repeat(letter, 0, Number.POSITIVE_INFINITY);
        const expr = expressions.and([expressions.text(a, "utf8"), expressions.text(b, "utf8"), ofLetters]);
        const [first, second] = [textsOf(a), textsOf(b)];
        const isEmpty = expressions.isEmpty(expr);
        emptyOnes += Number(isEmpty);
        const found = [...first].filter((text) => second.has(text)).map((text) => text.length);
        const length = isEmpty ? Number.POSITIVE_INFINITY : shortest(expressions, expr);
        const expected = Math.min(...found);
        expect(length > longest ? Number.POSITIVE_INFINITY : length).toBe(expected);
      }),
      { numRuns: 1000 },
    );
    expect(emptyOnes).toBeGreaterThan(100);
  });

  it("know multiples by their digits, points left out", () => {
    const expressions = new Expressions();
    for (const [modulus, remainder] of [
      [1, 0],
      [3, 0],
      [7, 3],
      [2 ** 40, 0],
    ] as const) {
      const expr = expressions.text({ kind: "multiple", modulus, remainder }, "utf8");
      for (const digits of [
        "",
        "0",
        "007",
        "12",
        "1.5",
        "3",
        "1099511627776",
        "1099511.627777",
        "999999999999999999999",
      ]) {
        const number = BigInt(`${remainder}${digits.replace(".", "")}`);
        const expected = number % BigInt(modulus) === 0n;
        expect([modulus, digits, expressions.accepts(expr, bytesOf(digits))]).toEqual([modulus, digits, expected]);
      }
      expect(expressions.accepts(expr, bytesOf("a"))).toBe(false);
    }
  });

  it("count repetitions instead of writing them out", () => {
    const expressions = new Expressions();
    const bounded = expressions.text({ kind: "repeat", part: classOf("ab"), min: 1000, max: 1_000_000 }, "utf8");
    const before = expressions.nodes.count;
    expect(expressions.isEmpty(bounded)).toBe(false);
    expect(expressions.accepts(bounded, bytesOf("ab".repeat(499)))).toBe(false);
    expect(expressions.accepts(bounded, bytesOf("ab".repeat(500)))).toBe(true);
    expect(expressions.nodes.count - before).toBeLessThan(4000);
  });

  it("see that intersections of lengths have no text", () => {
    const expressions = new Expressions();
    const long = expressions.text({ kind: "repeat", part: classOf("ab"), min: 500, max: 600 }, "utf8");
    const short = expressions.text({ kind: "repeat", part: classOf("a"), min: 0, max: 499 }, "utf8");
    expect(expressions.isEmpty(expressions.and([long, short]))).toBe(true);
    expect(expressions.isSubset(short, expressions.repeat(expressions.bytes([[0x61, 0x62]]), 0, 499))).toBe(true);
    expect(expressions.isSubset(short, expressions.repeat(expressions.bytes([[0x61, 0x62]]), 0, 498))).toBe(false);
  });

  it("end with a named error where a search takes too many steps", () => {
    const expressions = new Expressions({ budget: new Budget("regex", { steps: 1000 }) });
    const any = expressions.bytes([[0x61, 0x62]]);
    const far = (count: number): Expr =>
      expressions.concat([
        expressions.repeat(any, 0, Number.POSITIVE_INFINITY),
        expressions.literal("a"),
        expressions.repeat(any, count, count),
      ]);
    const both = expressions.and([
      far(40),
      expressions.not(far(40)),
      expressions.repeat(any, 0, Number.POSITIVE_INFINITY),
    ]);
    expect(both).toBe(expressions.none);
    const hard = expressions.and([far(30), expressions.not(expressions.or([far(30), far(29)]))]);
    expect(() => expressions.isEmpty(hard)).toThrow(GrammarBudgetError);
  });
});

function shortest(expressions: Expressions, start: Expr): number {
  let level = new Set([start]);
  for (let length = 0; length < 40; length++) {
    if ([...level].some((expr) => expressions.isNullable(expr))) return length;
    level = new Set([...level].flatMap((expr) => [0x61, 0x62].map((byte) => expressions.derive(expr, byte))));
  }
  return 0;
}

describe("spellings", () => {
  const every: TextRegex = {
    kind: "class",
    ranges: [
      [0, 0xd7ff],
      [0xe000, 0x10ffff],
    ],
  };
  const literal = (text: string): TextRegex => ({
    kind: "concat",
    parts: Array.from(text, (each) => ({ kind: "class", ranges: [[each.codePointAt(0)!, each.codePointAt(0)!]] })),
  });

  it("json: every character as JSON.stringify writes it, in one way", () => {
    const expressions = new Expressions();
    for (const code of [...Array(0x300).keys(), 0xd7ff, 0xe000, 0xffff, 0x10000, 0x1f600, 0x10ffff]) {
      const text = String.fromCodePoint(code);
      const inside = JSON.stringify(text).slice(1, -1);
      const one = expressions.text(literal(text), "json");
      expect([code, expressions.accepts(one, bytesOf(inside))]).toEqual([code, true]);
      expect([code, expressions.accepts(expressions.text(every, "json"), bytesOf(inside))]).toEqual([code, true]);
      const escaped = `\\u${text.charCodeAt(0).toString(16).padStart(4, "0")}`;
      expect([code, expressions.accepts(one, bytesOf(escaped))]).toEqual([code, escaped === inside]);
    }
    expect(expressions.accepts(expressions.text(every, "json"), bytesOf('"'))).toBe(false);
    expect(expressions.accepts(expressions.text(every, "json"), bytesOf("\n"))).toBe(false);
    expect(expressions.accepts(expressions.text(every, "json"), Uint8Array.of(0xed, 0xa0, 0x80))).toBe(false);
  });

  it("jsonAny: what JSON.parse reads as the character", () => {
    const expressions = new Expressions();
    const range: TextRegex = {
      kind: "class",
      ranges: [
        [0x2e, 0x3b],
        [0xfffe, 0x10405],
        [0x1f5ff, 0x1f601],
      ],
    };
    const expr = expressions.text(range, "jsonAny");
    const has = (code: number): boolean =>
      (code >= 0x2e && code <= 0x3b) || (code >= 0xfffe && code <= 0x10405) || (code >= 0x1f5ff && code <= 0x1f601);
    for (const code of [
      0x2d, 0x2e, 0x2f, 0x3a, 0x3b, 0x3c, 0xfffd, 0xfffe, 0x10000, 0x103ff, 0x10400, 0x10405, 0x10406, 0x1f5fe, 0x1f600,
      0x1f602,
    ]) {
      const text = String.fromCodePoint(code);
      const units = Array.from({ length: text.length }, (_, i) => text.charCodeAt(i).toString(16).padStart(4, "0"));
      for (const spelled of [
        text,
        units.map((unit) => `\\u${unit}`).join(""),
        units.map((unit) => `\\u${unit.toUpperCase()}`).join(""),
      ]) {
        expect([spelled, expressions.accepts(expr, bytesOf(spelled))]).toEqual([spelled, has(code)]);
      }
    }
    expect(expressions.accepts(expr, bytesOf("\\/"))).toBe(true);
    expect(expressions.accepts(expressions.text(every, "jsonAny"), bytesOf("\\ud83d"))).toBe(false);
    const notSlash = expressions.text({ kind: "not", part: literal("/") }, "jsonAny");
    for (const spelled of ["/", "\\/", "\\u002f", "\\u002F"])
      expect(expressions.accepts(notSlash, bytesOf(spelled))).toBe(false);
    expect(expressions.accepts(notSlash, bytesOf("\\u002e"))).toBe(true);
    expect(expressions.accepts(notSlash, bytesOf('"'))).toBe(false);
  });
});

it("what a complement leaves nothing of is no text", () => {
  const expressions = new Expressions();
  const { none } = expressions;
  const text = (regex: TextRegex): Expr => expressions.text(regex, "json");
  const letters = expressions.bytes([[0x61, 0x7a]]);
  const line = expressions.repeat(text({ kind: "class", ranges: [[0x20, 0x10ffff]] }), 0, Infinity);
  const excluded = expressions.not(expressions.or([line, expressions.literal("\n")]));
  const sure = [letters, expressions.repeat(letters, 3, 70), expressions.literal("a-z"), line];
  const others = [expressions.literal("\t"), expressions.not(letters), expressions.repeat(line, 1, 9), expressions.all];
  expect(sure.map((each) => expressions.and([each, excluded]))).toEqual(sure.map(() => none));
  expect(others.map((each) => expressions.and([each, excluded]) === none)).toEqual([false, false, true, false]);
});

it("what needs more characters than there may be is no text", () => {
  const expressions = new Expressions();
  const { none } = expressions;
  const character = expressions.text(
    {
      kind: "class",
      ranges: [
        [0, 0xd7ff],
        [0xe000, 0x10ffff],
      ],
    },
    "json",
  );
  const short = expressions.repeat(character, 0, 4);
  const any = expressions.repeat(character, 0, Infinity);
  const letters = expressions.bytes([[0x61, 0x7a]]);
  const of = (...parts: Expr[]): Expr => expressions.and([short, expressions.concat(parts)]);
  const some = expressions.repeat(letters, 3, 9);
  expect([of(some, any, letters), of(some, expressions.literal("\\n\\n"), letters), of(any, character)]).not.toContain(
    none,
  );
  expect([of(some, letters, any, letters), of(expressions.repeat(character, 5, 5), any)]).toEqual([none, none]);
  const alike = expressions.or([expressions.bytes([[0x61, 0x62]]), expressions.literal("ab")]);
  const pairs = expressions.literal("abab");
  expect(expressions.isEmpty(expressions.and([expressions.repeat(alike, 0, 2), pairs]))).toBe(false);
});

describe("multiples", () => {
  const expressions = new Expressions();
  const digit = expressions.bytes([[0x30, 0x39]]);
  const digits = expressions.repeat(digit, 0, Infinity);
  const point = expressions.literal(".");
  const multiple = (modulus: number, remainder: number): number =>
    expressions.and([digits, expressions.algebra.multiple(modulus, remainder)]);
  const zeros = expressions.repeat(expressions.literal("0"), 1, Infinity);
  /** All texts of digits and points up to a length. */
  const texts = [""];
  for (const text of texts) if (text.length < 3) for (const each of "0123456789.") texts.push(text + each);
  const bytes = texts.map((text) => new TextEncoder().encode(text));
  const short = expressions.repeat(expressions.or([digit, point]), 0, 3);

  it("300 expressions with remainders have a text, or none, as all texts of up to 3 characters show", () => {
    let random = 11;
    const next = (below: number): number => (random = (random * 48271) % 2147483647) % below;
    const make = (depth: number): number => {
      const modulus = [2, 3, 7, 12, 40, 143, 1001][next(7)]!;
      const min = next(4);
      switch (depth === 0 ? next(4) : next(8)) {
        case 0:
          return multiple(modulus, next(modulus));
        case 1:
          return expressions.concat([multiple(modulus, next(modulus)), point, zeros]);
        case 2:
          return expressions.repeat(digit, min, min + next(3));
        case 3:
          return expressions.repeat(
            expressions.concat([expressions.repeat(point, 0, 1), digit]),
            0,
            next(2) === 0 ? min : Infinity,
          );
        case 4:
          return expressions.not(make(depth - 1));
        case 5:
          return expressions.or([make(depth - 1), make(depth - 1)]);
        default:
          return expressions.and([make(depth - 1), make(depth - 1)]);
      }
    };
    for (let i = 0; i < 300; i++) {
      const expr = expressions.and([short, make(4)]);
      const accepted = bytes.findIndex((text) => expressions.accepts(expr, text));
      expect([i, expressions.isEmpty(expr)]).toEqual([i, accepted === -1]);
    }
  });

  it("of long numbers are told within 2,000 steps", () => {
    const limited = new Expressions({ budget: new Budget("regex", { steps: 2000 }) });
    const all = limited.repeat(limited.bytes([[0x30, 0x39]]), 5, 12);
    const of = (modulus: number): number => limited.algebra.multiple(modulus, 0);
    expect(limited.isEmpty(limited.and([all, of(9_999_991), limited.not(of(19_999_982))]))).toBe(false);
    expect(limited.isEmpty(limited.and([all, limited.algebra.multiple(9_999_991, 5)]))).toBe(false);
    const few = limited.repeat(limited.bytes([[0x30, 0x39]]), 0, 2);
    expect(limited.isEmpty(limited.and([few, of(12), limited.not(of(3))]))).toBe(true);
  });
});
