/** Rows as the kernels read them: dtypes, and the padding behind their last element. */
import type { RowDtype } from "@tokenmill/contracts";
import { DTYPE_BF16, DTYPE_F16, DTYPE_F32, ROW_PADDING_ELEMENTS } from "../layout.ts";

/** Row dtypes as the kernels number them. */
export const dtypeCode: Readonly<Record<RowDtype, number>> = { f32: DTYPE_F32, f16: DTYPE_F16, bf16: DTYPE_BF16 };

/** −Infinity in each dtype, as the element of its typed array: what rows are padded with. */
export const negativeInfinity: Readonly<Record<RowDtype, number>> = { f32: -Infinity, f16: 0xfc00, bf16: 0xff80 };

/** Elements of a row of `vocabSize` tokens, its padding included. */
export function paddedLengthOf(vocabSize: number): number {
  return Math.ceil(vocabSize / ROW_PADDING_ELEMENTS) * ROW_PADDING_ELEMENTS;
}
