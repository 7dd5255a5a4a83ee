/** Rows by their largest logits, for tests. */
import type { SparseRow } from "@tokenmill/contracts";

/** The `count` largest of a row, equals by lowest id, and what the others weigh. */
export function sparseOf(logits: Float32Array, count: number): SparseRow {
  const byLogit = Array.from(logits.keys()).sort((a, b) => logits[b]! - logits[a]! || a - b);
  const listed = byLogit.slice(0, count);
  const rest = byLogit.slice(count).filter((id) => logits[id]! > -Infinity);
  const most = rest.length > 0 ? logits[rest[0]!]! : -Infinity;
  const weight = rest.reduceRight((sum, id) => sum + Math.exp(logits[id]! - most), 0);
  return {
    tokenIds: Int32Array.from(listed),
    logits: Float32Array.from(listed, (id) => logits[id]!),
    restLogSumExp: rest.length > 0 ? most + Math.log(weight) : -Infinity,
    vocabSize: logits.length,
  };
}
