/** Synthetic rows inside a worker: picks one of the shared rows and copies it, turned by some places. */
import type { CreateRowWriter, RowWriter, RowWriterContext } from "@tokenmill/contracts";
import { mix32 } from "../numeric/counterRandom.ts";

/** The source's `worker.options`. */
export interface SyntheticRowWriterOptions {
  readonly seed: number;
  readonly distinctRows: number;
  /** Bytes of a row's elements, and from one row to the next. */
  readonly rowBytes: number;
  readonly strideBytes: number;
}

export const createRowWriter: CreateRowWriter = (context: RowWriterContext): RowWriter => {
  const { memory, tablesOffsetBytes, vocabSize } = context;
  const { seed, distinctRows, rowBytes, strideBytes } = context.options as SyntheticRowWriterOptions;
  const bytes = new Uint8Array(memory.buffer);
  const elementBytes = rowBytes / vocabSize;

  return ({ rowOffsetBytes, sequenceIdLow, sequenceIdHigh, position }) => {
    const sequence = mix32(mix32(seed + 0x9e3779b9) ^ sequenceIdLow) ^ sequenceIdHigh;
    const hash = mix32(mix32(sequence) + position);
    const from = tablesOffsetBytes + (hash % distinctRows) * strideBytes;
    const turnedBytes = (mix32(hash ^ 0x5bd1e995) % vocabSize) * elementBytes;
    bytes.copyWithin(rowOffsetBytes, from + turnedBytes, from + rowBytes);
    bytes.copyWithin(rowOffsetBytes + rowBytes - turnedBytes, from, from + turnedBytes);
  };
};
