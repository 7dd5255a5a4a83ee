/** What is read of transformers.js's tensors: the package itself is not imported, so any build of it fits. */
import { checkList, refuse } from "@tokenmill/check";

/** `[rows, vocabSize]`, f32. */
export interface LogitsTensor {
  readonly dims: readonly number[];
  readonly data: unknown;
}

/** `[rows, tokens]`; 0 where a token is padding. */
export interface MaskTensor {
  readonly dims: readonly number[];
  readonly data: unknown;
}

/** @throws TypeError, RangeError for what is no tensor of two axes */
export function checkMask(name: string, mask: MaskTensor): void {
  if (typeof mask !== "object" || mask === null || !Array.isArray(mask.dims)) refuse(name, "a tensor", mask, true);
  if (mask.dims.length !== 2) refuse(`${name}.dims`, "[rows, tokens]", mask.dims, false);
  const [rows, tokens] = mask.dims as [number, number];
  checkList(`${name}.data`, mask.data as ArrayLike<unknown>, rows * tokens, "rows × tokens");
}

/** How many tokens of padding each row begins with. */
export function leadingZeros({ dims, data }: MaskTensor): number[] {
  const [rows = 0, length = 0] = dims;
  const mask = data as ArrayLike<number | bigint>;
  return Array.from({ length: rows }, (_, row) => {
    let count = 0;
    while (count < length && Number(mask[row * length + count]) === 0) count++;
    return count;
  });
}
