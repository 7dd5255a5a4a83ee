/** Stop strings and patterns are one search: what is complete first, wherever the text is cut, and no more is held than may be. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { searchAutomaton } from "../testing/textChoices.ts";
import { longestMatch, StopSearch } from "./stopSearch.ts";
import { indexAtByte, utf8Bytes } from "./utf8Bytes.ts";

interface Outcome {
  readonly text: string;
  readonly match: string | undefined;
  readonly matchText?: string;
}

function stopsOf(strings: readonly string[], regexes: readonly string[]): StopSearch {
  const stops = new StopSearch(strings, regexes);
  stops.automaton = searchAutomaton(stops.patterns);
  return stops;
}

/** Feeds the pieces, of which the last ends the text. */
function feed(stops: StopSearch, pieces: readonly string[]): Outcome {
  let [text, held] = ["", ""];
  for (const [i, piece] of pieces.entries()) {
    const scan = stops.push(held, piece, i === pieces.length - 1);
    text += scan.text;
    held = scan.held;
    const { match, matchText } = scan;
    if (match !== undefined) return { text, match, ...(matchText !== undefined && { matchText }) };
  }
  return { text: text + held, match: undefined };
}

/** After each character: what is complete? At the end of the text, what only ends there? */
function reference(strings: readonly string[], regexes: readonly string[], all: string): Outcome {
  const plain = regexes.filter((regex) => !regex.endsWith("$"));
  const atEnd = regexes.filter((regex) => regex.endsWith("$"));
  const ends = [...Array.from({ length: all.length }, (_, i) => i + 1).map((end) => [end, plain, strings] as const)];
  for (const [end, expressions, texts] of [...ends, [all.length, atEnd, []] as const]) {
    const complete = [
      ...expressions.map((match) => ({ match, literal: match.replace(/\$$/, ""), isRegex: true })),
      ...texts.map((match) => ({ match, literal: match, isRegex: false })),
    ].filter(({ literal }) => all.slice(0, end).endsWith(literal));
    const longest = complete.toSorted((a, b) => b.literal.length - a.literal.length)[0];
    if (!longest) continue;
    const { match, literal, isRegex } = longest;
    return { text: all.slice(0, end - literal.length), match, ...(isRegex && { matchText: literal }) };
  }
  return { text: all, match: undefined };
}

const letters = fc.string({ unit: fc.constantFrom("a", "b", "é", "€", "😀"), maxLength: 4 });
const word = letters.filter((text) => text !== "");
const regexes = fc.uniqueArray(
  fc.oneof(
    word,
    word.map((text) => `${text}$`),
  ),
  { minLength: 1, maxLength: 3 },
);

describe("a search for stops", () => {
  it("finds what an obvious search finds, wherever the text is cut", () => {
    fc.assert(
      fc.property(fc.uniqueArray(word, { maxLength: 3 }), regexes, fc.array(letters, { minLength: 1 }), (...given) => {
        const [strings, expressions, pieces] = given;
        const expected = reference(strings, expressions, pieces.join(""));
        expect(feed(stopsOf(strings, expressions), pieces)).toEqual(expected);
      }),
      { numRuns: 4000 },
    );
  });

  it("takes stop strings as they are written, and a pattern before the same text", () => {
    const strange = "(a+b)*.[$]{2}^|\\/?";
    expect(feed(stopsOf([strange], ["c"]), ["a(a+", strange])).toEqual({ text: "a(a+", match: strange });
    expect(feed(stopsOf(["ab"], ["ab"]), ["xab"])).toEqual({ text: "x", match: "ab", matchText: "ab" });
  });

  it("holds text from the earliest beginning that may be completed, and no more", () => {
    const stops = stopsOf(["😀bc"], ["abcd"]);
    const { text, held } = stops.push("", "xabc", false);
    expect([text, held]).toEqual(["x", "abc"]);
    expect(stops.push(held, "a😀b", false)).toMatchObject({ text: "abca", held: "😀b" });
    expect(stops.push("😀b", "d", false)).toMatchObject({ text: "😀bd", held: "" });
  });

  it("gives a beginning up after 64 KiB, and finds a match of just that length", () => {
    const bytes = longestMatch - 4;
    for (const [extra, isFound] of [
      [0, true],
      [1, false],
    ] as const) {
      const match = `€${"a".repeat(bytes + extra)}b`;
      const stops = stopsOf([], [match]);
      let [text, held] = ["", ""];
      let found: string | undefined;
      for (let at = 0; at < match.length; at += 1000) {
        const scan = stops.push(held, match.slice(at, at + 1000), false);
        ({ held } = scan);
        text += scan.text;
        found = scan.matchText;
        expect(Buffer.byteLength(held)).toBeLessThanOrEqual(longestMatch);
      }
      expect([text.length, found?.length]).toEqual(isFound ? [0, match.length] : [match.length, undefined]);
    }
  });
});

it("indexes of characters and bytes are those of TextEncoder", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (before, text) => {
      expect([...utf8Bytes(text)]).toEqual([...new TextEncoder().encode(text)]);
      expect(indexAtByte(before + text, Buffer.byteLength(before))).toBe(before.length);
    }),
    { numRuns: 500 },
  );
});
