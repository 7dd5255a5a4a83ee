import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadR50kTokenizer } from "./r50kTokenizer.ts";

const tokenizer = await loadR50kTokenizer();

function decode(ids: readonly number[]): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(Buffer.concat(ids.map((id) => tokenizer.tokenBytes(id))));
}

describe("r50k tokenizer", () => {
  it("has 50,257 tokens and end of text at 50,256", () => {
    expect([tokenizer.vocabSize, tokenizer.eosTokenId]).toEqual([50_257, 50_256]);
    expect(tokenizer.tokenBytes(50_256)).toHaveLength(0);
    for (let id = 0; id < 50_256; id++) expect(tokenizer.tokenBytes(id).length).toBeGreaterThan(0);
  });

  // The ids that every implementation of GPT-2's vocabulary gives for these words.
  it("gives the vocabulary's known ids", () => {
    expect(tokenizer.encode("Hello world!")).toEqual([15496, 995, 0]);
    expect(tokenizer.encode("")).toEqual([]);
  });

  it("treats special-token text as ordinary text unless told to read it", () => {
    for (const options of [undefined, {}, { special: false }]) {
      const ids = tokenizer.encode("a<|endoftext|>b", options);
      expect(ids).not.toContain(50_256);
      expect(decode(ids)).toBe("a<|endoftext|>b");
    }
  });

  it("reads <|endoftext|> as one token where it is told to, and what is around it as texts of their own", () => {
    expect([...tokenizer.specialTokens!]).toEqual([[50_256, "<|endoftext|>"]]);
    const read = (text: string): number[] => tokenizer.encode(text, { special: true });
    expect(read("<|endoftext|>")).toEqual([50_256]);
    expect(read("<|endoftext|><|endoftext|>Hello world!")).toEqual([50_256, 50_256, 15496, 995, 0]);
    expect(read("Hello<|endoftext|> world!")).toEqual([15496, 50_256, 995, 0]);
    expect(read("<|endoftext|")).toEqual(tokenizer.encode("<|endoftext|"));
    const pieces = fc.array(fc.oneof(fc.string({ unit: "binary", maxLength: 8 }), fc.constant("<|endoftext|>")));
    fc.assert(
      fc.property(pieces, (parts) => {
        const text = parts.join("");
        const bytes = read(text).map((id) => (id === 50_256 ? Buffer.from("<|endoftext|>") : tokenizer.tokenBytes(id)));
        return Buffer.concat(bytes).toString() === text;
      }),
      { numRuns: 500 },
    );
  });

  it("splits an emoji and CJK into byte tokens that join to the same UTF-8", () => {
    const family = "👩‍👩‍👧‍👦";
    expect(tokenizer.encode(family).length).toBeGreaterThan(4);
    for (const text of [family, "漢字かな交じり文", "naïve — “quoted”", "\u{feff}bom", "\0\r\n\t"]) {
      expect(decode(tokenizer.encode(text))).toBe(text);
    }
  });

  it("round-trips any well-formed string", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => decode(tokenizer.encode(text)) === text),
      { numRuns: 500 },
    );
  });

  it("encodes a lone surrogate as U+FFFD", () => {
    expect(decode(tokenizer.encode("a\ud83d b"))).toBe("a\ufffd b");
  });

  it.each(["a", "漢", "😀", " ", "7", "\u0001", "-"])(
    "encodes 100,000 × %j, which is not quadratic, and round-trips",
    (unit) => {
      const text = `x ${unit.repeat(100_000)} y`;
      const ids = tokenizer.encode(text);
      expect(decode(ids)).toBe(text);
    },
  );

  it.each([-1, 50_257, 1.5, Number.NaN])("refuses token id %d", (tokenId) => {
    expect(() => tokenizer.tokenBytes(tokenId)).toThrow(`"tokenId" expected integer in [0, 50257), got ${tokenId}`);
  });
});
