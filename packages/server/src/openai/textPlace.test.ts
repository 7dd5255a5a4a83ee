import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TextPlace } from "./textPlace.ts";

const utf8 = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const strict = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

function wholeText(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

function placesOf(tokens: readonly Uint8Array[]): number[] {
  const place = new TextPlace();
  return tokens.map((bytes) => place.next(bytes));
}

/** Whole characters, parts of them, and bytes that are no text. */
const token = fc.oneof(
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 3 }).map((text) => utf8.encode(text)),
  fc.constantFrom("é", "日", "😀").chain((text) => {
    const bytes = utf8.encode(text);
    return fc.tuple(fc.nat(bytes.length - 1), fc.nat(bytes.length)).map(([a, b]) => bytes.slice(a, Math.max(a + 1, b)));
  }),
  fc.uint8Array({ minLength: 1, maxLength: 4 }),
);

describe("the place of a token", () => {
  it.each([
    [["日"], [0]],
    [
      ["a", "😀", "b"],
      [0, 1, 2],
    ],
    [
      ["👩‍👩‍👧‍👦", "x"],
      [0, 7],
    ],
    [
      ["\ufeff", "a"],
      [0, 1],
    ],
    [
      ["", "a", "", "b"],
      [0, 0, 1, 1],
    ],
  ])("of %j is %j", (texts, places) => {
    expect(placesOf(texts.map((text) => utf8.encode(text)))).toEqual(places);
  });

  it("that is a part of a character is the character's", () => {
    const bytes = [...utf8.encode("a日本b")].map((byte) => Uint8Array.of(byte));
    expect(placesOf(bytes)).toEqual([0, 1, 1, 1, 2, 2, 2, 3]);
  });

  it("is behind the characters that cut-off ones became", () => {
    // 0xE6 alone is U+FFFD as soon as "x" follows.
    expect(placesOf([Uint8Array.of(0xe6), utf8.encode("x"), utf8.encode("y")])).toEqual([0, 1, 2]);
    expect(placesOf([Uint8Array.of(0xe0), Uint8Array.of(0x80), utf8.encode("y")])).toEqual([0, 1, 2]);
  });

  it("of a token of whole characters is where the text has it, whatever is around it", () => {
    fc.assert(
      fc.property(fc.array(token, { maxLength: 20 }), (tokens) => {
        const characters = Array.from(decoder.decode(Buffer.concat(tokens)));
        const places = placesOf(tokens);
        for (const [i, bytes] of tokens.entries()) {
          const text = wholeText(bytes);
          if (text === undefined) continue;
          const { length } = Array.from(text);
          expect(characters.slice(places[i], places[i]! + length).join("")).toBe(text);
        }
        expect(places).toEqual(places.toSorted((a, b) => a - b));
      }),
      { numRuns: 3000 },
    );
  });

  it("begins anew behind a text that is known", () => {
    const place = new TextPlace();
    place.next(Uint8Array.of(0xe6));
    place.after("ab😀");
    expect(place.next(utf8.encode("c"))).toBe(3);
  });
});
