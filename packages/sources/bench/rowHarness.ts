/** One worker's part in small: a memory with a source's tables, a row and a history, and the real row kernels. */
import type { CreateRowWriter, RowDtype, RowJob, RowWriter, WorkerSource } from "@tokenmill/core";
import { compileKernels, createMemory, instantiateKernels } from "@tokenmill/core/internal";

export interface RowHarness {
  readonly memory: WebAssembly.Memory;
  readonly tablesOffsetBytes: number;
  /** The row's elements as the memory holds them, padding behind them included. */
  readonly row: Float32Array | Uint16Array;
  /** Writes the row for a history; `step` fills in the rest of the job. */
  write(history: readonly number[], step?: Partial<RowJob>): void;
  /** Writes the row of the last `write` again. */
  again(): void;
}

const rowOffsetBytes = 4096;
const historyElements = 1024;

export async function openRows(source: WorkerSource, createRowWriter: CreateRowWriter): Promise<RowHarness> {
  const elementBytes = source.dtype === "f32" ? 4 : 2;
  const rowBytes = roundUp(source.vocabSize * elementBytes + 64, 64);
  const historyOffsetBytes = rowOffsetBytes + rowBytes;
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
    rowOffsetBytes,
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
    row: viewOf(source.dtype, memory, rowBytes / elementBytes),
    write(history, step = {}) {
      ids.set(history);
      job = { ...job, historyLength: history.length, ...step };
      writer(job);
    },
    again: () => writer(job),
  };
}

function viewOf(dtype: RowDtype, memory: WebAssembly.Memory, length: number): Float32Array | Uint16Array {
  return dtype === "f32"
    ? new Float32Array(memory.buffer, rowOffsetBytes, length)
    : new Uint16Array(memory.buffer, rowOffsetBytes, length);
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
