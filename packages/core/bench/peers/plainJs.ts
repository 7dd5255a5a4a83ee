/** The same settings in plain JavaScript, written well: no sort of the vocabulary, no objects per token. */
import { defaultChainCount, drawFirst } from "./cuts.ts";
import { defaultChain, type OpenPeer, parameters } from "./peer.ts";

export const openPlainJs: OpenPeer = async (rows) => {
  const vocabSize = rows[0]!.length;
  const probs = new Float32Array(vocabSize);
  const { temperature, topK, topP, minP } = parameters;
  return {
    name: "plain JS",
    version: process.version,
    settings: [
      { setting: "greedy", rows: 64, sample: (i) => greedy(rows[i]!) },
      { setting: "full vocabulary, T 0.8", rows: 8, sample: (i, u) => drawAll(rows[i]!, temperature, u, probs) },
      {
        setting: "top-k 40",
        rows: 64,
        sample: (i, u) => {
          const ids = largest(rows[i]!, topK);
          return ids[drawFirst(valuesOf(rows[i]!, ids), topK, 1, u)]!;
        },
        kept: (i) => [...largest(rows[i]!, topK)],
      },
      {
        setting: "llama.cpp default chain",
        rows: 64,
        sample: (i, u) => {
          const ids = largest(rows[i]!, defaultChain.topK);
          const values = valuesOf(rows[i]!, ids);
          return ids[drawFirst(values, defaultChainCount(values), defaultChain.temperature, u)]!;
        },
        kept: (i) => {
          const ids = largest(rows[i]!, defaultChain.topK);
          return [...ids.subarray(0, defaultChainCount(valuesOf(rows[i]!, ids)))];
        },
      },
      {
        setting: "min-p 0.05",
        rows: 64,
        sample: (i, u) => {
          const ids = aboveMinP(rows[i]!, minP);
          return ids[drawFirst(valuesOf(rows[i]!, ids), ids.length, 1, u)]!;
        },
        kept: (i) => aboveMinP(rows[i]!, minP),
      },
      {
        setting: "top-p 0.9",
        rows: 8,
        sample: (i, u) => drawTopP(rows[i]!, topP, u, probs),
        kept: (i) => topPIds(rows[i]!, topP, probs),
      },
    ],
  };
};

function greedy(row: Float32Array): number {
  let best = 0;
  for (let i = 1; i < row.length; i++) if (row[i]! > row[best]!) best = i;
  return best;
}

/** Writes eˣ relative to the largest logit → their sum. */
function exponentials(row: Float32Array, t: number, probs: Float32Array): number {
  const max = row[greedy(row)]!;
  let sum = 0;
  for (let i = 0; i < row.length; i++) {
    const p = Math.exp((row[i]! - max) / t);
    probs[i] = p;
    sum += p;
  }
  return sum;
}

function drawAll(row: Float32Array, t: number, u: number, probs: Float32Array): number {
  let target = u * exponentials(row, t, probs);
  for (let i = 0; i < row.length; i++) {
    target -= probs[i]!;
    if (target < 0) return i;
  }
  return row.length - 1;
}

/** The k largest, descending, by a heap with the least on top. */
function largest(row: Float32Array, k: number): Int32Array {
  const heap = new Int32Array(k);
  for (let i = 0; i < k; i++) heap[i] = i;
  const sink = (start: number): void => {
    let i = start;
    while (2 * i + 1 < k) {
      let child = 2 * i + 1;
      if (child + 1 < k && row[heap[child + 1]!]! < row[heap[child]!]!) child++;
      if (row[heap[i]!]! <= row[heap[child]!]!) return;
      const swapped = heap[i]!;
      heap[i] = heap[child]!;
      heap[child] = swapped;
      i = child;
    }
  };
  for (let i = (k >> 1) - 1; i >= 0; i--) sink(i);
  let least = row[heap[0]!]!;
  for (let i = k; i < row.length; i++) {
    if (row[i]! > least) {
      heap[0] = i;
      sink(0);
      least = row[heap[0]]!;
    }
  }
  return heap.sort((a, b) => row[b]! - row[a]!);
}

function valuesOf(row: Float32Array, ids: ArrayLike<number>): Float32Array {
  return Float32Array.from(ids, (id) => row[id]!);
}

function aboveMinP(row: Float32Array, minP: number): number[] {
  const first = greedy(row);
  const lowest = row[first]! + Math.log(minP);
  const ids = [first];
  for (let i = 0; i < row.length; i++) if (row[i]! >= lowest && i !== first) ids.push(i);
  return ids;
}

const bucketCount = 1024;

/** The nucleus: mass by buckets of the logit, whole buckets as long as they fit, then the last one sorted. */
function topPIds(row: Float32Array, p: number, probs: Float32Array): number[] {
  const sum = exponentials(row, 1, probs);
  const max = row[greedy(row)]!;
  const perNat = 32;
  const bucketOf = (i: number): number => Math.min(bucketCount - 1, ((max - row[i]!) * perNat) | 0);
  const masses = new Float64Array(bucketCount);
  for (let i = 0; i < row.length; i++) masses[bucketOf(i)]! += probs[i]!;
  let last = 0;
  let above = 0;
  while (last < bucketCount - 1 && above + masses[last]! < p * sum) above += masses[last++]!;
  const ids: number[] = [];
  const candidates: number[] = [];
  for (let i = 0; i < row.length; i++) {
    const bucket = bucketOf(i);
    if (bucket < last) ids.push(i);
    else if (bucket === last) candidates.push(i);
  }
  candidates.sort((a, b) => row[b]! - row[a]! || a - b);
  for (const id of candidates) {
    if (above >= p * sum) break;
    above += probs[id]!;
    ids.push(id);
  }
  return ids;
}

function drawTopP(row: Float32Array, p: number, u: number, probs: Float32Array): number {
  const ids = topPIds(row, p, probs);
  let total = 0;
  for (const id of ids) total += probs[id]!;
  let target = u * total;
  for (const id of ids) {
    target -= probs[id]!;
    if (target < 0) return id;
  }
  return ids.at(-1)!;
}
