/** Rows hashed from the history, so that every token depends on all before it; a row may take a while, as a model's does. */
import { setTimeout as sleep } from "node:timers/promises";
import { createEngine } from "@tokenmill/engine";
import { createGrammarProvider } from "@tokenmill/grammar";
import { functionSource } from "@tokenmill/sources";

const pieces = ["a", "b", "c", "ab", "bca", " ", "é", "😀", "xyz", "\n", "0", "1", "{", "}", '"', "<end>"];

const tokenizer = {
  vocabSize: pieces.length,
  eosTokenId: pieces.length - 1,
  encode: (text) => Array.from(text, (character) => Math.max(0, pieces.indexOf(character))),
  tokenBytes: (tokenId) => new TextEncoder().encode(pieces[tokenId]),
};

/** @param delayMs of each row; `drift` another one gives other rows, as another machine's arithmetic may */
export function hashSource({ delayMs = 0, drift = 0 } = {}) {
  return functionSource({
    vocabSize: pieces.length,
    tokenizer,
    name: "hash",
    fingerprint: "hash",
    async write(row, { history, position }) {
      if (delayMs > 0) await sleep(delayMs);
      let hash = Math.imul(position + 1, 0x9e3779b1) ^ drift;
      for (const tokenId of history) hash = Math.imul(hash ^ tokenId, 0x01000193) + 0x7f4a7c15;
      for (let i = 0; i < row.length; i++) {
        hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) + i;
        row[i] = ((hash >>> 8) / 2 ** 24) * 4;
      }
    },
  });
}

/** An engine on such rows that follows grammars. */
export function hashEngine(options) {
  const grammar = createGrammarProvider({ tokenizer, vocabSize: tokenizer.vocabSize });
  return createEngine({ source: hashSource(options), grammar, workers: 0, slots: 64, seed: 7 });
}
