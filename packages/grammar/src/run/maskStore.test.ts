import { expect, it } from "vitest";
import { type KeptMask, MaskStore } from "./maskStore.ts";

const wordCount = 64;
/** Mask `i`: few words with bits, or all. */
const maskOf = (i: number): Int32Array =>
  Int32Array.from({ length: wordCount }, (_, word) => (i % 2 === 1 || word === i % wordCount ? ~(i + word) : 0));
const read = (store: MaskStore, mask: KeptMask): Int32Array => {
  const words = new Int32Array(wordCount).fill(7);
  store.copyTo(mask, words);
  return words;
};

it("masks that are there are as they were written, wherever they were moved to", () => {
  const store = new MaskStore(16 * 1024);
  const kept: KeptMask[] = [];
  let goneCount = 0;
  for (let i = 0; i < 2000; i++) {
    kept.push(store.keep(maskOf(i), wordCount));
    // the first is used each time, so it never goes
    expect(store.use(kept[0]!)).toBe(true);
    const early = (i * 7919) % kept.length;
    const isGone = !store.use(kept[early]!);
    goneCount += Number(isGone);
    for (const there of isGone ? [0] : [0, early]) expect(read(store, kept[there]!)).toEqual(maskOf(there));
  }
  expect(goneCount).toBeGreaterThan(1000);
  expect(goneCount).toBeLessThan(2000);
});

it.each([2 ** 26, 2 ** 31, 2 ** 33])("%d bytes hold 1,000 masks", (mostBytes) => {
  const store = new MaskStore(mostBytes);
  const kept = Array.from({ length: 1000 }, (_, i) => store.keep(maskOf(i), wordCount));
  expect(kept.filter((mask) => !store.use(mask))).toEqual([]);
});
