import type { RowDtype } from "@tokenmill/contracts";

/** Size in bytes of one element of a row. */
export const elementBytes: Readonly<Record<RowDtype, number>> = { f32: 4, f16: 2, bf16: 2 };
