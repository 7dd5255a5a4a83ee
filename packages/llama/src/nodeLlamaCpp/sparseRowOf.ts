/** What node-llama-cpp tells of a row, as a sparse row. */
import type { SparseRow } from "@tokenmill/contracts";
import type { RowGiven } from "./runtime.ts";

/**
 * @param given one logit more than are to be listed: it bounds what each of the others may be
 * @param vocabSize of the whole row
 */
export function sparseRowOf({ next }: RowGiven, vocabSize: number): SparseRow {
  const [tokenIds, logits] = [[...next.logits.keys()], [...next.logits.values()]];
  const { totalLogitWeight: total } = next;
  // a logit of the row is NaN or Infinity, and sorting has lost it: the row fails where it is sampled
  if (!(total < Infinity)) return { tokenIds: tokenIds.slice(0, 1), logits: [Number.NaN], restLogSumExp: -Infinity };
  const largestOther = logits.at(-1)!;
  // among equals the runtime's order is any: none of them is listed
  const count = logits.indexOf(largestOther);
  const max = logits[0]!;
  let rest = total;
  for (let i = 0; i < count; i++) rest -= Math.exp(logits[i]! - max);
  // the total is a sum of f32: where little is left, rounding may have taken it or made it more than it can be
  const most = largestOther + Math.log(vocabSize - count);
  const restLogSumExp = Math.min(most, Math.max(largestOther, max + Math.log(Math.max(rest, 0))));
  return { tokenIds: tokenIds.slice(0, count), logits: logits.slice(0, count), restLogSumExp };
}
