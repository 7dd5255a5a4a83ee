import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StopStrings } from "./stopStrings.ts";

/** Feeds the pieces; what is still held at the end is let go. */
function feed(strings: readonly string[], pieces: readonly string[]): { text: string; match: string | undefined } {
  const stops = new StopStrings(strings);
  let held = "";
  let text = "";
  for (const piece of pieces) {
    const scan = stops.push(held, piece);
    text += scan.text;
    held = scan.held;
    if (scan.match !== undefined) return { text, match: scan.match };
  }
  return { text: text + held, match: undefined };
}

/** The same rule in the obvious way: after each character, is some stop string complete? The longest wins. */
function reference(strings: readonly string[], all: string): { text: string; match: string | undefined } {
  for (let end = 1; end <= all.length; end++) {
    const complete = strings.filter((string) => all.slice(0, end).endsWith(string)).sort((a, b) => b.length - a.length);
    if (complete[0] !== undefined) return { text: all.slice(0, end - complete[0].length), match: complete[0] };
  }
  return { text: all, match: undefined };
}

const letters = fc.string({ unit: fc.constantFrom("a", "b", "😀"), maxLength: 4 });
const stopLists = fc.array(
  letters.filter((text) => text !== ""),
  { minLength: 1, maxLength: 4 },
);

describe("StopStrings", () => {
  it("finds what a character-by-character search finds, wherever the text is cut", () => {
    fc.assert(
      fc.property(stopLists, fc.array(letters, { maxLength: 10 }), (strings, pieces) => {
        expect(feed(strings, pieces)).toEqual(reference(strings, pieces.join("")));
      }),
      { numRuns: 5000 },
    );
  });

  it("holds back no more than the longest tail that can become a stop string", () => {
    fc.assert(
      fc.property(stopLists, letters, (strings, text) => {
        const { held, match } = new StopStrings(strings).push("", text);
        fc.pre(match === undefined);
        const tails = Array.from({ length: text.length }, (_, start) => text.slice(start));
        const live = tails.find((tail) => strings.some((string) => string.startsWith(tail)));
        expect(held).toBe(live ?? "");
      }),
      { numRuns: 3000 },
    );
  });

  it("takes the earliest of several matches in one piece", () => {
    expect(feed(["world", "lo"], ["hello world"])).toEqual({ text: "hel", match: "lo" });
  });
});
