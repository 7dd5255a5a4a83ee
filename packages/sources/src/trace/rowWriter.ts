/** Recorded rows inside a worker: copies the row from the shared tables, or reads it from its file into the slab. */
import { openSync, readSync } from "node:fs";
import type { CreateRowWriter, RowWriter, RowWriterContext } from "@tokenmill/contracts";

/** The source's `worker.options`. */
export interface TraceRowWriterOptions {
  readonly rowCount: number;
  readonly rowBytes: number;
  readonly startRow: "first" | "sequenceId";
  /** Where the rows are, if not in the tables. */
  readonly file: { readonly path: string; readonly dataOffsetBytes: number } | undefined;
}

export const createRowWriter: CreateRowWriter = (context: RowWriterContext): RowWriter => {
  const { memory, tablesOffsetBytes } = context;
  const { rowCount, rowBytes, startRow, file } = context.options as TraceRowWriterOptions;
  const bytes = new Uint8Array(memory.buffer);
  // The worker's end closes the descriptor.
  const descriptor = file && openSync(file.path, "r");

  return ({ rowOffsetBytes, sequenceIdLow, position }) => {
    const first = startRow === "first" ? 0 : sequenceIdLow >>> 0;
    const at = ((first + position) % rowCount) * rowBytes;
    if (file === undefined || descriptor === undefined) {
      const from = tablesOffsetBytes + at;
      bytes.copyWithin(rowOffsetBytes, from, from + rowBytes);
      return;
    }
    const read = readSync(descriptor, bytes, rowOffsetBytes, rowBytes, file.dataOffsetBytes + at);
    if (read !== rowBytes) {
      throw new Error(
        `"${file.path}" expected ${rowBytes} bytes at ${file.dataOffsetBytes + at}, got ${read}: it has changed`,
      );
    }
  };
};
