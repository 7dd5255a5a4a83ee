/** Rows, and the laws that draws from them follow, by the f64 references. */
import { type SamplingParams } from "@tokenmill/core";
import { ReferenceRow, referenceChain } from "@tokenmill/core/internal";

/** A row like a language model's: a few likely tokens in a Gaussian crowd, at ids without order. */
export function crowd(size: number, sigma: number, likely: number): Float32Array {
  const row = new Float32Array(size);
  for (let id = 0; id < size; id++) {
    // Box and Muller over two golden-ratio sequences
    const first = ((id + 0.5) * 0.6180339887498949) % 1;
    const second = ((id + 0.5) * 0.7548776662466927) % 1;
    row[id] = sigma * Math.sqrt(-2 * Math.log(first)) * Math.cos(2 * Math.PI * second);
  }
  for (let i = 0; i < likely; i++) row[(i * 397 + 11) % size] = 3 * sigma + 0.4 * i;
  return row;
}

/** One token at 0 and `count` at −`gap`. */
export function headAndTail(count: number, gap: number): Float32Array {
  return new Float32Array(count + 1).fill(-gap).fill(0, 0, 1);
}

/** Probabilities by token id; of XTC, the mixture of both outcomes of its coin. */
export function lawOf(logits: Float32Array, params: SamplingParams): Float64Array {
  const { xtcProbability = 0 } = params;
  const given = (coin: number): Float64Array => {
    const row = new ReferenceRow(logits);
    row.coin = coin;
    referenceChain(row, params);
    return row.probs();
  };
  const without = given(1);
  if (xtcProbability === 0) return without;
  const acted = given(0);
  return without.map((p, id) => (1 - xtcProbability) * p + xtcProbability * acted[id]!);
}
