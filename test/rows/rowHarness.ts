/** One worker's part in small: a memory with a source's tables, rows and a history, and the real row kernels. */
import type { CreateRowWriter, RowJob, RowWriter, WorkerSource } from "@tokenmill/contracts";
import { dtypeBytes } from "@tokenmill/contracts";
import { compileKernels, createMemory, instantiateKernels, paddedLengthOf } from "@tokenmill/core/internal";

export interface RowHarness {
  readonly memory: WebAssembly.Memory;
  readonly tablesOffsetBytes: number;
  /** The row's memory as f32 and, for 16-bit rows, as bit patterns; 64 bytes behind its last element included. */
  readonly row: Float32Array;
  readonly bits16: Uint16Array;
  /** Writes the first row for a history; `step` fills in the rest of the job. */
  write(history: readonly number[], step?: Partial<RowJob>): void;
  /** Writes the row of the last `write` again. */
  again(): void;
  /** Byte offset of row `index`. */
  rowOffsetBytes(index: number): number;
  /** Reads row `index` of an f32 source in one plain pass. */
  readRow(index: number): number;
}

const firstRowOffsetBytes = 4096;
const historyElements = 1024;

/** `rowCount`: how many rows there is room for. */
export async function openRows(
  source: WorkerSource,
  createRowWriter: CreateRowWriter,
  rowCount = 1,
): Promise<RowHarness> {
  const paddedElements = paddedLengthOf(source.vocabSize);
  const rowBytes = roundUp(paddedElements * dtypeBytes[source.dtype] + 64, 64);
  const historyOffsetBytes = firstRowOffsetBytes + rowCount * rowBytes;
  const tablesOffsetBytes = roundUp(historyOffsetBytes + 4 * historyElements, 64);
  const memory = createMemory(tablesOffsetBytes + source.tablesBytes);
  source.installTables?.(memory, tablesOffsetBytes);
  const kernels = await instantiateKernels(await compileKernels(), memory);
  const writer: RowWriter = await createRowWriter({
    memory,
    tablesOffsetBytes: source.tablesBytes > 0 ? tablesOffsetBytes : 0,
    vocabSize: source.vocabSize,
    dtype: source.dtype,
    kernels: {
      addScalar: (...args) => kernels.add_scalar_f32(...args),
      scatterAdd: (...args) => kernels.scatter_add_f32(...args),
    },
    options: structuredClone(source.worker.options),
  });
  const ids = new Int32Array(memory.buffer, historyOffsetBytes, historyElements);
  let job: RowJob = {
    rowOffsetBytes: firstRowOffsetBytes,
    historyOffsetBytes,
    historyLength: 0,
    promptLength: 0,
    sequenceIdLow: 0,
    sequenceIdHigh: 0,
    position: 0,
  };
  return {
    memory,
    tablesOffsetBytes,
    row: new Float32Array(memory.buffer, firstRowOffsetBytes, rowBytes / 4),
    bits16: new Uint16Array(memory.buffer, firstRowOffsetBytes, rowBytes / 2),
    write(history, step = {}) {
      ids.set(history);
      job = { ...job, historyLength: history.length, ...step };
      writer(job);
    },
    again: () => writer(job),
    rowOffsetBytes: (index) => firstRowOffsetBytes + index * rowBytes,
    readRow: (index) => kernels.read_row(firstRowOffsetBytes + index * rowBytes, paddedElements),
  };
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
