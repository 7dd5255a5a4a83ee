import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeUtf8, flushUtf8 } from "./utf8.ts";

/** Bytes where broken characters are likely: leads, continuations at the edges of every range, and real text. */
const bytes = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 255 }).map((byte) => [byte]),
      fc
        .constantFrom(0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5)
        .map((byte) => [byte]),
      fc.string({ unit: "grapheme", maxLength: 2 }).map((text) => [...new TextEncoder().encode(text)]),
    ),
    { maxLength: 24 },
  )
  .map((parts) => parts.flat());

describe("decodeUtf8", () => {
  it("gives TextDecoder's text for any bytes cut anywhere", () => {
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(5), { minLength: 1 }), (all, sizes) => {
        const carry = { utf8State: 0 };
        let text = "";
        for (let start = 0, i = 0; start < all.length; i++) {
          const end = start + sizes[i % sizes.length]! + (i % sizes.length === 0 ? 1 : 0);
          text += decodeUtf8(carry, Uint8Array.from(all.slice(start, end)));
          start = end;
        }
        text += flushUtf8(carry);
        expect(text).toBe(new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.from(all)));
      }),
      { numRuns: 3000 },
    );
  });

  it("agrees with a streaming TextDecoder after every byte", () => {
    fc.assert(
      fc.property(bytes, (all) => {
        const carry = { utf8State: 0 };
        const reference = new TextDecoder("utf-8", { ignoreBOM: true });
        for (const byte of all) {
          const piece = Uint8Array.of(byte);
          expect(decodeUtf8(carry, piece)).toBe(reference.decode(piece, { stream: true }));
        }
        expect(flushUtf8(carry)).toBe(reference.decode());
      }),
      { numRuns: 2000 },
    );
  });

  it("keeps every code point whole when fed byte by byte", () => {
    for (const character of [
      "\u007f",
      "\u0080",
      "\u07ff",
      "\u0800",
      "\ud7ff",
      "\ue000",
      "\uffff",
      "\u{10000}",
      "\u{10ffff}",
    ]) {
      const carry = { utf8State: 0 };
      const texts = Array.from(new TextEncoder().encode(character), (byte) => decodeUtf8(carry, Uint8Array.of(byte)));
      expect(texts.pop()).toBe(character);
      expect(texts.join("")).toBe("");
      expect(carry.utf8State).toBe(0);
    }
  });
});
