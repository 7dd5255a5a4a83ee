import { describe, expect, it } from "vitest";
import { MaskDraft } from "./maskDraft.ts";
import { fixedMask, type KeptMask, MaskStore } from "./maskStore.ts";

const wordCount = 64;
/** Tokens of mask `i`: few of them, or more than a list holds. */
const tokensOf = (i: number): number[] => {
  const count = i % 2 === 0 ? i % 7 : 300;
  return Array.from({ length: count }, (_, each) => (i * 31 + each * 97) % (wordCount * 32));
};
const wordsOf = (tokens: readonly number[]): Int32Array => {
  const words = new Int32Array(wordCount);
  for (const token of tokens) words[token >> 5]! |= 1 << (token & 31);
  return words;
};
const read = (store: MaskStore, mask: KeptMask): Int32Array => {
  const words = new Int32Array(wordCount).fill(7);
  store.copyTo(mask, words);
  return words;
};
const draft = new MaskDraft(wordCount);
const keep = (store: MaskStore, tokens: readonly number[], base?: KeptMask): KeptMask => {
  draft.begin();
  for (const token of tokens) draft.add(token);
  return store.keep(draft, base);
};

describe("masks in the store", () => {
  it("are as they were written, wherever they were moved to", () => {
    const store = new MaskStore(16 * 1024);
    const kept = [keep(store, tokensOf(0)), keep(store, tokensOf(1))];
    let goneCount = 0;
    for (let i = 2; i < 2000; i++) {
      kept.push(keep(store, tokensOf(i)));
      // the second is used each time, so it never goes
      expect(store.use(kept[1]!)).toBe(true);
      const early = (i * 7919) % kept.length;
      const isGone = !store.use(kept[early]!);
      goneCount += Number(isGone);
      for (const there of isGone ? [1] : [1, early]) {
        expect(read(store, kept[there]!)).toEqual(wordsOf(tokensOf(there)));
      }
    }
    expect(goneCount).toBeGreaterThan(1000);
    expect(goneCount).toBeLessThan(2000);
  });

  it("have the tokens of the mask beside them too, and are there as long as it is", () => {
    const store = new MaskStore(16 * 1024);
    const always = fixedMask(wordsOf([5, 6]));
    const bases = [always, keep(store, [1, 2]), keep(store, tokensOf(1), always)];
    const kept = bases.map((base) => keep(store, [9, 1000], base));
    expect(keep(store, [], always)).toBe(always);
    const expected = [
      [5, 6, 9, 1000],
      [1, 2, 9, 1000],
      [...tokensOf(1), 5, 6, 9, 1000],
    ].map(wordsOf);
    for (let i = 0; i < 200; i++) {
      keep(store, tokensOf(2 * i + 1));
      for (const [each, mask] of kept.entries()) {
        expect(store.use(mask)).toBe(true);
        expect(read(store, mask)).toEqual(expected[each]);
      }
    }
    for (let i = 0; i < 200; i++) keep(store, tokensOf(2 * i + 1));
    expect(kept.map((mask) => store.use(mask))).toEqual([false, false, false]);
  });

  it("a draft that was given up leaves nothing for the next one", () => {
    const store = new MaskStore(16 * 1024);
    draft.begin();
    draft.words.fill(-1);
    expect(read(store, keep(store, [3]))).toEqual(wordsOf([3]));
    expect(read(store, keep(store, tokensOf(1)))).toEqual(wordsOf(tokensOf(1)));
    expect(read(store, keep(store, tokensOf(3)))).toEqual(wordsOf(tokensOf(3)));
  });

  it.each([2 ** 26, 2 ** 31, 2 ** 33])("%d bytes hold 1,000 of them", (mostBytes) => {
    const store = new MaskStore(mostBytes);
    const kept = Array.from({ length: 1000 }, (_, i) => keep(store, tokensOf(i)));
    expect(kept.filter((mask) => !store.use(mask))).toEqual([]);
  });
});
