/** Literal texts are found where an obvious search finds them, wherever the bytes are cut. */
import { besides, type TextAutomaton } from "@tokenmill/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { literalAutomaton } from "./literals.ts";
import { type SearchMatch, TextSearch } from "./textSearch.ts";

const encoder = new TextEncoder();
const bytesOf = (text: string): Uint8Array => encoder.encode(text);

interface Texts {
  readonly texts: readonly string[];
  readonly ignoreCase: boolean;
}

/** After each character: which texts end there? The longest wins, then the first. */
function reference(lists: readonly Texts[], characters: readonly string[]): SearchMatch | undefined {
  for (let end = 1; end <= characters.length; end++) {
    const all = characters.slice(0, end).join("");
    for (let start = 0; start < end; start++) {
      const part = characters.slice(start, end).join("");
      for (const [automaton, { texts, ignoreCase }] of lists.entries()) {
        const pattern = texts.findIndex((text) => isSame(text, part, ignoreCase));
        if (pattern < 0) continue;
        const from = bytesOf(characters.slice(0, start).join("")).length;
        return { automaton, pattern, start: from, end: bytesOf(all).length };
      }
    }
  }
  return undefined;
}

function isSame(a: string, b: string, ignoreCase: boolean): boolean {
  if (!ignoreCase) return a === b;
  const [as, bs] = [Array.from(a), Array.from(b)];
  return as.length === bs.length && as.every((one, i) => new RegExp(`^\\u{${hex(one)}}$`, "iu").test(bs[i]!));
}

const hex = (character: string): string => character.codePointAt(0)!.toString(16);

/** Cuts the bytes into pieces of these sizes, over and over. */
function pieces(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const result: Uint8Array[] = [];
  for (let at = 0, i = 0; at < bytes.length; at += sizes[i++ % sizes.length]!) {
    result.push(bytes.subarray(at, at + sizes[i % sizes.length]!));
  }
  return result;
}

const units = [
  "a",
  "A",
  "b",
  "s",
  "S",
  "ß",
  "ẞ",
  "ſ",
  "k",
  "K",
  "\u212a",
  "i",
  "I",
  "İ",
  "ı",
  "é",
  "É",
  "€",
  "😀",
  "𐐀",
  "𐐨",
];
const character = fc.constantFrom(...units);
const word = fc.array(character, { minLength: 1, maxLength: 4 }).map((characters) => characters.join(""));
const lists = fc.array(fc.record({ texts: fc.array(word, { minLength: 1, maxLength: 4 }), ignoreCase: fc.boolean() }), {
  minLength: 1,
  maxLength: 2,
});
const cuts = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 });
const automataOf = (all: readonly Texts[]): TextAutomaton[] =>
  all.map(({ texts, ignoreCase }) => literalAutomaton(texts, ignoreCase));

describe("a search for literal texts", () => {
  it("finds what an obvious search finds, wherever the bytes are cut, and copies go on as it does", () => {
    fc.assert(
      fc.property(lists, fc.array(character, { maxLength: 12 }), cuts, fc.nat(20), (all, characters, sizes, forkAt) => {
        let search = new TextSearch(automataOf(all));
        const copies: TextSearch[] = [];
        let match: SearchMatch | undefined;
        const bytes = bytesOf(characters.join(""));
        for (const piece of pieces(bytes, sizes)) {
          if (search.length >= forkAt) {
            copies.push(search);
            search = search.fork();
          }
          match = search.push(piece);
          if (match) break;
        }
        expect(match ?? search.end()).toEqual(reference(all, characters));
        expect(search.length).toBe(match ? match.end : bytes.length);
        for (const copy of copies) {
          expect(copy.push(bytes.subarray(copy.length))).toEqual(reference(all, characters));
        }
      }),
      { numRuns: 5000 },
    );
  });

  it("says where the earliest match begins that can still be completed", () => {
    fc.assert(
      fc.property(lists, fc.array(character, { maxLength: 8 }), (all, characters) => {
        const search = new TextSearch(automataOf(all));
        if (search.push(bytesOf(characters.join("")))) return;
        const open = characters.findIndex((_, start) =>
          all.some(({ texts, ignoreCase }) =>
            texts.some((text) => {
              const rest = characters.slice(start);
              return isSame(Array.from(text).slice(0, rest.length).join(""), rest.join(""), ignoreCase);
            }),
          ),
        );
        const before = open < 0 ? characters : characters.slice(0, open);
        expect(search.openStart).toBe(bytesOf(before.join("")).length);
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    ["K", "\u212a", true],
    ["s", "ſ", true],
    ["ß", "ẞ", true],
    ["ß", "SS", false],
    ["İ", "i", false],
    ["i", "İ", false],
    ["ı", "I", false],
    ["σ", "ς", true],
    ["µ", "μ", true],
  ])("without case takes %s for %s: %s", (text, other, isFound) => {
    const match = new TextSearch([literalAutomaton([text], true)]).push(bytesOf(other));
    expect(match !== undefined).toBe(isFound);
  });

  it("begins no match within a character, and none with a part of one", () => {
    const search = new TextSearch([literalAutomaton(["©", "é"], false)]);
    expect(search.push(Uint8Array.of(0xa9, 0xc3, 0xc3, 0x41, 0xc3))).toBeUndefined();
    expect(search.openStart).toBe(4);
    expect(search.push(Uint8Array.of(0xa9))).toEqual({ automaton: 0, pattern: 1, start: 4, end: 6 });
  });

  it("ends with the first match: nothing leads out of a state where one is complete", () => {
    const { accepts, transitions } = literalAutomaton(["ab", "a", "abc", "b"], false);
    const rows = Array.from(accepts, (pattern, state) => {
      const width = transitions.length / accepts.length;
      return { pattern, targets: transitions.slice(state * width, (state + 1) * width).filter((each) => each >= 0) };
    });
    expect(rows.filter(({ pattern }) => pattern >= 0).map(({ targets }) => targets.length)).toEqual([0, 0, 0]);
  });

  it("is made once for equal lists", () => {
    const texts = (): string[] => ["ab", "c"];
    expect(literalAutomaton(texts(), true)).toBe(literalAutomaton(texts(), true));
    expect(literalAutomaton(texts(), true)).not.toBe(literalAutomaton(texts(), false));
    expect(literalAutomaton(texts(), true)).not.toBe(literalAutomaton(["ab,c"], true));
  });

  it("gives up beginnings of matches that are longer than the longest, whatever pieces come", () => {
    const stop = literalAutomaton(["abcd", "cde"], false);
    for (const size of [1, 2, 6]) {
      const ends = [3, 4].map((longest) => {
        const search = new TextSearch([stop], { longest }).fork();
        return pieces(bytesOf("abcdef"), [size])
          .map((piece) => search.push(piece))
          .find((match) => match);
      });
      expect(ends).toEqual([
        { automaton: 0, pattern: 1, start: 2, end: 5 },
        { automaton: 0, pattern: 0, start: 0, end: 4 },
      ]);
    }
    const search = new TextSearch([stop], { longest: 2 });
    search.push(bytesOf("abc"));
    expect(search.openStart).toBe(2);
  });

  it("goes on behind a match with what is left", () => {
    const search = new TextSearch([literalAutomaton(["aa"], false)]);
    const bytes = bytesOf("aaab aa");
    const found: SearchMatch[] = [];
    for (let match = search.push(bytes); match; match = search.push(bytes.subarray(search.length))) found.push(match);
    expect(found.map(({ start, end }) => [start, end])).toEqual([
      [0, 2],
      [1, 3],
      [5, 7],
    ]);
  });
});

/** The pattern `\ba$`, `\ba\b` or `a\B` by hand: which of them the starts and ends say. */
function letter(starts: readonly number[], acceptsBefore: readonly number[]): TextAutomaton {
  const classes = new Uint8Array(256);
  classes[0x61] = 1;
  return {
    classes,
    // 0: where nothing begins; 1: where it does; 2: behind the letter
    transitions: Int32Array.of(-1, -1, -1, 2, -1, -1),
    accepts: Int32Array.of(-1, -1, -1),
    acceptsBefore: Int32Array.from([-1, -1, -1, -1, -1, -1, ...acceptsBefore]),
    starts: Int32Array.from(starts),
  };
}

describe("a search that looks at what stands beside", () => {
  const bounded: [starts: number[], ends: number[]] = [
    [1, 0, 1],
    [0, -1, 0],
  ];
  it.each([
    ["\\ba\\b", ...bounded, "ba a.", { start: 3, end: 4 }],
    ["\\ba\\b", ...bounded, "éa", { start: 2, end: 3 }],
    ["\\ba\\b", ...bounded, "ab", undefined],
    ["^a\\b", [1, 0, 0], [0, -1, 0], " a", undefined],
    ["a$", [1, 1, 1], [0, -1, -1], "a ba", { start: 3, end: 4 }],
    ["a\\B", [1, 1, 1], [-1, 0, -1], "a ab", { start: 2, end: 3 }],
  ])("%s", (_, starts, ends, text, place) => {
    const automaton = letter(starts, ends);
    for (const size of [1, 2, text.length]) {
      const search = new TextSearch([automaton]);
      let match: SearchMatch | undefined;
      for (const piece of pieces(bytesOf(text), [size])) match ??= search.push(piece);
      match ??= search.end();
      expect(match).toEqual(place && { automaton: 0, pattern: 0, ...place });
    }
  });

  it("begins in the middle of a text where it is told what stands before", () => {
    const automaton = letter([1, 0, 1], [0, -1, 0]);
    expect(new TextSearch([automaton], { before: besides.word }).push(bytesOf("a."))).toBeUndefined();
    expect(new TextSearch([automaton], { before: besides.other }).push(bytesOf("a."))).toMatchObject({
      start: 0,
      end: 1,
    });
  });

  it("takes what is complete before what is known a character later, and goes on behind it", () => {
    const search = new TextSearch([literalAutomaton(["a."], false), letter([1, 1, 1], [0, -1, 0])]);
    expect(search.push(bytesOf("a."))).toEqual({ automaton: 1, pattern: 0, start: 0, end: 1 });
    expect(search.length).toBe(1);
    expect(search.push(bytesOf("."))).toEqual({ automaton: 0, pattern: 0, start: 0, end: 2 });
  });
});
