/** Rows that are given as arrays: their length, and no elements of another kind than the sampler's. */
import { checkList, refuseBecause } from "@tokenmill/check";
import type { RowDtype } from "@tokenmill/contracts";

/** @throws TypeError, RangeError */
export function checkRow(name: string, row: ArrayLike<number>, vocabSize: number, dtype: RowDtype): void {
  checkList(name, row, vocabSize, "vocabSize");
  if (!ArrayBuffer.isView(row)) return;
  const isF32 = dtype === "f32";
  const type = (row as Float32Array)[Symbol.toStringTag];
  // Bit patterns of 16 bits are no numbers, and numbers are no bit patterns.
  if (!(isF32 ? /^(Big|Uint16)/ : /^(Big|Float)/).test(type)) return;
  refuseBecause(name, `expected ${isF32 ? "numbers" : "bit patterns"} (dtype ${dtype}), got a ${type}`, true);
}
