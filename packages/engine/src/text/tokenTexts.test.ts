import type { Tokenizer } from "@tokenmill/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TokenTexts } from "./tokenTexts.ts";
import { flushUtf8 } from "./utf8.ts";

function byteTokenizer(vocabulary: readonly Uint8Array[]): Tokenizer {
  return {
    vocabSize: vocabulary.length,
    eosTokenId: undefined,
    encode: () => [],
    tokenBytes: (tokenId) => vocabulary[tokenId]!,
  };
}

describe("TokenTexts", () => {
  it("joins to TextDecoder's text of all bytes, for random vocabularies and sequences", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 4 }),
      fc.string({ unit: "grapheme", maxLength: 3 }).map((text) => new TextEncoder().encode(text)),
      fc
        .string({ unit: "grapheme", minLength: 1, maxLength: 1 })
        .map((text) => new TextEncoder().encode(text).slice(0, -1)),
    );
    const vocabularies = fc.array(bytes, { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(vocabularies, fc.array(fc.nat(1000), { maxLength: 30 }), (vocabulary, picks) => {
        const texts = new TokenTexts(byteTokenizer(vocabulary));
        const tokenIds = picks.map((pick) => pick % vocabulary.length);
        const carry = { utf8State: 0 };
        const text = tokenIds.map((tokenId) => texts.append(carry, tokenId)).join("") + flushUtf8(carry);
        const all = Buffer.concat(tokenIds.map((tokenId) => vocabulary[tokenId]!));
        expect(text).toBe(new TextDecoder("utf-8", { ignoreBOM: true }).decode(all));
      }),
      { numRuns: 3000 },
    );
  });

  it("shows a part of a character by itself as U+FFFD", () => {
    const texts = new TokenTexts(byteTokenizer([Uint8Array.of(0xc3), new TextEncoder().encode("é")]));
    expect(texts.alone(0)).toBe("\uFFFD");
    expect(texts.alone(1)).toBe("é");
  });
});
