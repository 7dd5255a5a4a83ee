import fc from "fast-check";
import ranks from "gpt-tokenizer/bpeRanks/r50k_base";
import { encode } from "gpt-tokenizer/encoding/r50k_base";
import { describe, expect, it } from "vitest";
import { readCorpus } from "../packed/corpus.ts";
import { BytePairs } from "./bytePairs.ts";
import { readVocabulary } from "./vocabulary.ts";

const tokens = await readVocabulary();
const pairs = new BytePairs(tokens);
const theirs = (text: string): number[] => encode(text, { disallowedSpecial: new Set() });

describe("the packed vocabulary", () => {
  it("has gpt-tokenizer's bytes for every token but end of text", () => {
    const theirBytes = ranks.map((token) => Buffer.from(token as string));
    expect(tokens.map((bytes) => Buffer.from(bytes).toString("hex"))).toEqual(
      theirBytes.map((bytes) => bytes.toString("hex")),
    );
    expect(tokens).toHaveLength(50_256);
  });
});

describe("byte-pair encoding", () => {
  it("gives gpt-tokenizer's ids for texts of the corpus", async () => {
    const texts = await readCorpus();
    for (const text of [texts[0]!, texts[120]!, texts.at(-1)!]) expect(pairs.encode(text)).toEqual(theirs(text));
  });

  it("gives gpt-tokenizer's ids for texts of every kind of sign", () => {
    const words = [
      "don't",
      " we'll",
      "it's",
      "  ",
      "\n\n",
      "   x",
      "10,000",
      "漢字",
      "👩‍👩‍👧",
      "é",
      "e\u0301",
      "\u{feff}",
      "…—",
    ];
    const text = fc.array(
      fc.oneof(
        fc.string({ unit: "binary", maxLength: 6 }),
        fc.constantFrom(...words),
        fc.stringMatching(/^[a-z ]{0,30}$/),
      ),
    );
    fc.assert(
      fc.property(text, (parts) => {
        expect(pairs.encode(parts.join(""))).toEqual(theirs(parts.join("")));
      }),
      { numRuns: 1000 },
    );
  });
});
