/** Masks for tests: an image is the texts that an output may be, the options are the pieces and the end. Plain JavaScript. */

/** Texts with `throw` in them fail once an output has begun. */
export function createMaskFiller({ pieces, eosTokenId }) {
  return {
    fill({ texts }, _output, tokenIds, words) {
      let text = "";
      for (const id of tokenIds) {
        text += pieces[id];
        if (!texts.some((each) => each.startsWith(text))) throw new Error(`the texts do not begin with ${text}`);
      }
      if (text !== "" && texts.includes("throw")) throw new Error("planted mask error");
      words.fill(0);
      const allow = (id) => {
        words[id >> 5] |= 1 << (id & 31);
      };
      pieces.forEach((piece, id) => {
        if (typeof piece !== "string" || piece === "" || id === eosTokenId) return;
        if (texts.some((each) => each.startsWith(text + piece))) allow(id);
      });
      if (texts.includes(text)) allow(eosTokenId);
    },
  };
}
