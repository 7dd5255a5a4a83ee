/**
 * The corpus as one array of keys, from which all n-grams are counted: per text the end of text marker (as its
 * beginning), the tokens, the marker again (as its end), and three zeros, so that no n-gram reaches into the next text.
 * A key is token id + 1, in 16 bits; 0 means nothing.
 */

/** Zeros behind a text: the longest n-gram less one. */
const gap = 3;

/** `texts[i]`: token ids in [0, vocabSize), none of them `eosTokenId`. */
export function tokenStream(texts: readonly ArrayLike<number>[], eosTokenId: number): Uint16Array {
  let length = 0;
  for (const text of texts) length += text.length + 2 + gap;
  const keys = new Uint16Array(length);
  let at = 0;
  for (const text of texts) {
    keys[at++] = eosTokenId + 1;
    for (let i = 0; i < text.length; i++) keys[at++] = text[i]! + 1;
    keys[at++] = eosTokenId + 1;
    at += gap;
  }
  return keys;
}
