/** What is read of transformers.js's tensors: the package itself is not imported, so any build of it fits. */

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
