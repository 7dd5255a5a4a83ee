/** The peer of the benchmarks: the same settings in plain JavaScript, written well (no sort of the vocabulary). */

export function greedy(row: Float32Array): number {
  let best = 0;
  for (let i = 1; i < row.length; i++) if (row[i]! > row[best]!) best = i;
  return best;
}

/** Full-vocabulary draw at a temperature. */
export function temperature(row: Float32Array, t: number, u: number, probs: Float32Array): number {
  const max = row[greedy(row)]!;
  let sum = 0;
  for (let i = 0; i < row.length; i++) {
    const p = Math.exp((row[i]! - max) / t);
    probs[i] = p;
    sum += p;
  }
  let target = u * sum;
  for (let i = 0; i < row.length; i++) {
    target -= probs[i]!;
    if (target < 0) return i;
  }
  return row.length - 1;
}

/** Top-k draw with a heap of k, the least on top. */
export function topK(row: Float32Array, k: number, u: number): number {
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
  for (let i = k; i < row.length; i++) {
    if (row[i]! > row[heap[0]!]!) {
      heap[0] = i;
      sink(0);
    }
  }
  const weights = Array.from(heap, (id) => Math.exp(row[id]!));
  let target = u * weights.reduce((a, b) => a + b, 0);
  for (let i = 0; i < k; i++) {
    target -= weights[i]!;
    if (target < 0) return heap[i]!;
  }
  return heap[k - 1]!;
}
