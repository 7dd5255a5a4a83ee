/** Element types a row of logits may have. `f16` is IEEE binary16, `bf16` the upper half of a binary32. */
export type RowDtype = "f32" | "f16" | "bf16";

/** Size of one element in bytes. */
export const dtypeBytes: Readonly<Record<RowDtype, number>> = { f32: 4, f16: 2, bf16: 2 };
