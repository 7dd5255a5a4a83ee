/** Patterns are found where RegExp finds them: the first end that is known, of matches that end together the longest. */
import { besides, type SearchPattern, type TextAutomaton } from "@tokenmill/contracts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Budget } from "../budget/budget.ts";
import { Expressions } from "../regex/expressions.ts";
import { type FirstMatch, firstMatch } from "../testing/firstMatch.ts";
import { compileSearch } from "./compileSearch.ts";

let expressions = new Expressions();
function compile(patterns: readonly SearchPattern[], limits = {}): TextAutomaton {
  if (expressions.nodes.count > 100_000) expressions = new Expressions();
  return compileSearch(patterns, { param: "stopRegex", budget: new Budget("stopRegex", limits), expressions });
}

const encoder = new TextEncoder();
const bytesIn = (text: string): number => encoder.encode(text).length;

/** What RegExp says of one pattern. */
class Oracle {
  readonly #source: SearchPattern;
  readonly #known = new Map<string, boolean>();
  readonly #exact: readonly RegExp[];

  constructor(source: SearchPattern) {
    this.#source = source;
    const flags = source.ignoreCase ? "iuy" : "uy";
    this.#exact = [0, 1].map((behind) => new RegExp(`(?:${source.pattern})(?=[^]{${behind}}$)`, flags));
  }

  /** Whether it matches from a place to the end of the text, with this behind it. */
  matches(text: string, start: number, behind: string): boolean {
    const key = `${text} ${start} ${behind}`;
    let answer = this.#known.get(key);
    if (answer === undefined) {
      const regex = this.#exact[behind.length]!;
      regex.lastIndex = start;
      answer = regex.test(text + behind);
      this.#known.set(key, answer);
    }
    return answer;
  }

  isComplete(text: string, start: number): boolean {
    return ["", "0", " "].every((behind) => this.matches(text, start, behind));
  }

  /** In any place. */
  get matchesEmpty(): boolean {
    return ["", "0", " "].some((before) =>
      ["", "0", " "].some((behind) => this.matches(before, before.length, behind)),
    );
  }

  toString(): string {
    return this.#source.pattern;
  }
}

/** @param text without characters of two UTF-16 units */
function reference(oracles: readonly Oracle[], text: string): FirstMatch | undefined {
  for (let end = 1; end <= text.length; end++) {
    const before = text.slice(0, end);
    const next = end === text.length ? "" : /\w/.test(text[end]!) ? "0" : " ";
    for (const isMatch of [
      (oracle: Oracle, start: number) => oracle.isComplete(before, start),
      (oracle: Oracle, start: number) => oracle.matches(before, start, next),
    ]) {
      for (let start = 0; start < end; start++) {
        const pattern = oracles.findIndex((oracle) => isMatch(oracle, start));
        if (pattern >= 0) return { pattern, start: bytesIn(text.slice(0, start)), end: bytesIn(before) };
      }
    }
  }
  return undefined;
}

const textsOf = (alphabet: readonly string[], length: number): string[] =>
  length === 0 ? [""] : ["", ...textsOf(alphabet, length - 1).flatMap((text) => alphabet.map((each) => text + each))];
const all = [...new Set(textsOf(["a", "b", "-", "é"], 4))];

const atoms = fc.constantFrom("a", "b", "-", "é", ".", "[ab]", "[^a]", "\\w", "\\W", "");
const counts = fc.constantFrom("*", "+", "?", "{2}", "{1,2}", "{0,2}", "*?");
const besideMatches = fc.constantFrom("^", "$", "\\b", "\\B", "(?<!\\w)", "(?<=\\w)");
const lookarounds = fc.constantFrom("(?=a)", "(?!b)", "(?!ab?)", "(?=[ab]-|b)", "(?<=a)", "(?<!a|-)", "(?<=^|[b-])");
const patterns = fc.letrec<{ plain: string; bounded: string; any: string }>((tie) => ({
  plain: fc.oneof(
    { maxDepth: 3 },
    atoms,
    fc.tuple(tie("plain"), tie("plain")).map(([x, y]) => x + y),
    fc.tuple(tie("plain"), tie("plain")).map(([x, y]) => `(?:${x}|${y})`),
    fc.tuple(tie("plain"), counts).map(([x, count]) => `(?:${x})${count}`),
  ),
  bounded: fc.oneof(
    fc.tuple(besideMatches, tie("plain"), besideMatches).map(([x, y, z]) => x + y + z),
    fc.tuple(besideMatches, tie("plain")).map(([x, y]) => x + y),
    fc.tuple(tie("plain"), besideMatches).map(([x, y]) => x + y),
    fc.tuple(tie("plain"), besideMatches, tie("plain")).map(([x, y, z]) => x + y + z),
    fc.tuple(tie("bounded"), tie("plain")).map(([x, y]) => `(?:${x}|${y})`),
  ),
  any: fc.oneof(
    { maxDepth: 3 },
    tie("bounded"),
    lookarounds,
    fc.tuple(tie("any"), tie("any")).map(([x, y]) => x + y),
    fc.tuple(tie("any"), tie("plain")).map(([x, y]) => `(?:${x}|${y})`),
  ),
}));

/** Undefined where the pattern is refused, for one of these reasons. */
function compiled(sources: readonly SearchPattern[], reasons: RegExp): TextAutomaton | undefined {
  try {
    return compile(sources);
  } catch (error) {
    expect((error as Error).message).toMatch(reasons);
    return undefined;
  }
}

function checkAll(sources: readonly SearchPattern[], reasons: RegExp, texts: readonly string[]): void {
  const oracles = sources.map((source) => new Oracle(source));
  const automaton = compiled(sources, reasons);
  if (!automaton) return;
  expect(oracles.some(({ matchesEmpty }) => matchesEmpty)).toBe(false);
  for (const text of texts) expect([text, firstMatch(automaton, text)]).toEqual([text, reference(oracles, text)]);
}

const noMatch = /expected one that (does not match the empty text|matches some text)$/;

describe("a search is RegExp's, for all texts of up to 4 characters", () => {
  it("for patterns that look at nothing beside the match", () => {
    fc.assert(
      fc.property(patterns.plain, (pattern) => {
        checkAll([{ pattern }], /expected one that does not match the empty text$/, all);
      }),
      { numRuns: 800 },
    );
  });

  it("for patterns that begin or end with ^, $, \\b, \\B", () => {
    fc.assert(
      fc.property(patterns.bounded, (pattern) => checkAll([{ pattern }], noMatch, all)),
      { numRuns: 1500 },
    );
  });

  it("for patterns with lookarounds anywhere, or they are refused", () => {
    const reasons = /expected one that|got (a lookahead beyond|a lookbehind before) the match \(\?/;
    fc.assert(
      fc.property(patterns.any, (pattern) => checkAll([{ pattern }], reasons, all)),
      { numRuns: 1000 },
    );
  });

  it("for several patterns at once", () => {
    const sources = fc.array(fc.oneof(patterns.plain, patterns.bounded), { minLength: 2, maxLength: 4 });
    fc.assert(
      fc.property(sources, (each) =>
        checkAll(
          each.map((pattern) => ({ pattern })),
          noMatch,
          all,
        ),
      ),
      { numRuns: 500 },
    );
  });

  it("for patterns that together match whatever stands behind, and none of them alone", () => {
    const sources = [{ pattern: "a\\b" }, { pattern: "a\\B" }];
    checkAll(sources, noMatch, all);
    expect(firstMatch(compile(sources), "a-")).toEqual({ pattern: 0, start: 0, end: 1 });
  });

  it("for patterns in any case", () => {
    const cased = fc.constantFrom("s", "S", "ſ", "k", "\u212a", "[k-m]", "[^s]", "ß", "i", "İ", "[^K]", ".");
    const list = fc.array(fc.tuple(cased, fc.constantFrom("", "", "?", "+")), { minLength: 1, maxLength: 3 });
    const texts = textsOf(["s", "S", "ſ", "k", "\u212a", "ß", "ẞ", "i", "İ", "L"], 2);
    fc.assert(
      fc.property(list, fc.boolean(), (parts, ignoreCase) => {
        checkAll([{ pattern: parts.map((part) => part.join("")).join(""), ignoreCase }], noMatch, texts);
      }),
      { numRuns: 300 },
    );
  });
});

describe("what is refused", () => {
  it.each([
    ["a*", "expected one that does not match the empty text"],
    ["\\b", "expected one that does not match the empty text"],
    ["^$", "expected one that does not match the empty text"],
    ["a$b", "expected one that matches some text"],
    ["[^\\s\\S]", "expected one that matches some text"],
    ["a(?=b)", /^"stopRegex\[1\]" expected nothing but .*, got a lookahead beyond the match \(\?=b\) at 1$/],
    ["x(?!the)\\w+", /got a lookahead beyond the match \(\?!the\) at 1$/],
    ["y|(?<=\\d)a", /got a lookbehind before the match \(\?<=\\d\) at 2$/],
    ["(a)\\1", /got the backreference \\1 at 3$/],
    ["(", /^"stopRegex\[1\]" expected a regular expression: .* at 1$/],
  ])("%s", (pattern, message) => {
    const refusal = typeof message === "string" ? `"stopRegex[1]" ${message}` : message;
    expect(() => compile([{ pattern: "a" }, { pattern }])).toThrow(refusal);
  });

  it("patterns whose states are too many, or take too long", () => {
    const most = '"stopRegex" expected patterns that together have at most 8192 states with 2097152 transitions';
    expect(() => compile([{ pattern: "a.{9000}b" }])).toThrow(most);
    expect(() => compile([{ pattern: "(?:a|b)*a(?:a|b){20}c" }])).toThrow(most);
    const late = '"stopRegex" expected one that takes at most 1000 steps: it is too large';
    expect(() => compile([{ pattern: "x[^]{300}y" }], { steps: 1000 })).toThrow(late);
    const error = ((): unknown => {
      try {
        return compile([{ pattern: "a.{9000}b" }]);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toMatchObject({ name: "GrammarBudgetError", code: "grammar_budget" });
  });
});

it("repetitions at the end of a pattern take no states, and what cannot be completed is dropped", () => {
  expect(compile([{ pattern: "ab{1,5000}" }]).accepts).toHaveLength(3);
  const { accepts, starts, transitions, classes } = compile([{ pattern: "^a(?:b|c$d)" }]);
  expect(starts[besides.nothing]).not.toBe(starts[besides.word]);
  const after = (state: number, byte: string): number =>
    transitions[state * (transitions.length / accepts.length) + classes[byte.charCodeAt(0)]!]!;
  const behindA = after(starts[besides.nothing]!, "a");
  expect(behindA).toBeGreaterThanOrEqual(0);
  expect([after(starts[besides.word]!, "a"), after(behindA, "c")]).toEqual([-1, -1]);
  expect(accepts[after(behindA, "b")]).toBe(0);
});
