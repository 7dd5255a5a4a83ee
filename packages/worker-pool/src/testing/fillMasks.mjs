/** Masks for tests: an image allows one token, the next for each token of the output. Plain JavaScript. */
export function createMaskFiller(options) {
  if (options === "throw") throw new Error("planted filler error");
  const seen = new Set();
  return {
    fill(image, output, tokenIds, words) {
      if (image.throws) throw new Error(`planted mask error of ${image.throws}`);
      if (image.hangs) for (;;);
      seen.add(output);
      words.fill(0);
      const id = image.first + tokenIds.length;
      words[id >> 5] |= 1 << (id & 31);
    },
  };
}
