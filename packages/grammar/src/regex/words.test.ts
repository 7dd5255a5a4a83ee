/** A list of words as a trie has the words as its texts, and no others. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { Expressions } from "./expressions.ts";

const word = fc.string({ unit: fc.constantFrom("a", "b", "é", "è", "😀"), maxLength: 4 });

it("is the expression of the words one by one, for 300 lists", () => {
  fc.assert(
    fc.property(fc.array(word, { maxLength: 8 }), fc.array(word), (words, others) => {
      const expressions = new Expressions();
      const trie = expressions.words(words);
      for (const text of [...words, ...others]) {
        expect(expressions.accepts(trie, new TextEncoder().encode(text))).toBe(words.includes(text));
      }
      const each = expressions.or(words.map((text) => expressions.literal(text)));
      expect(expressions.isSubset(each, trie) && expressions.isSubset(trie, each)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

it("long words with the same beginning are followed without a call for each byte", () => {
  const expressions = new Expressions();
  const start = "a".repeat(100_000);
  const trie = expressions.words([`${start}b`, `${start}c`]);
  expect(expressions.accepts(trie, new TextEncoder().encode(`${start}c`))).toBe(true);
});
