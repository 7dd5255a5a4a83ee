/** Rows, kernels and plans in one memory, laid out as a pool does; one thread. */
import { compileParams, type SamplingParams } from "@tokenmill/core";
import {
  compileKernels,
  createMemory,
  DTYPE_F32,
  instantiateKernels,
  JOB_BYTES,
  JOB_HISTORY,
  JOB_HISTORY_LENGTH,
  JOB_PLAN,
  JOB_POSITION,
  JOB_STATE,
  RESULT_TOKEN_ID,
  ROW_PADDING_ELEMENTS,
  STATUS_OK,
  UNDO_CAPACITY,
  UNDO_ENTRY_BYTES,
} from "@tokenmill/core/internal";

export interface Slab {
  /** Views of the rows, `vocabSize` elements each; −Infinity at first. */
  readonly rows: readonly Float32Array[];
  /** Reads row `index` in one plain pass: R. */
  read(index: number): number;
  /** A function that samples row `index` at the next position, after `historyLength` tokens → token id. */
  sampler(params: SamplingParams, historyLength?: number): (index: number) => number;
  /** Ends all samplers: their plans make room for others. */
  forgetSamplers(): void;
}

const job = 1024;
const undo = job + JOB_BYTES;
const history = undo + UNDO_CAPACITY * UNDO_ENTRY_BYTES;
const historyCapacity = 1024;
const result = history + 4 * historyCapacity;
const plans = result + 4096;
const firstRow = 2 ** 20;
const maxLogprobs = 20;

export async function openSlab(vocabSize: number, rowCount: number): Promise<Slab> {
  const padded = Math.ceil(vocabSize / ROW_PADDING_ELEMENTS) * ROW_PADDING_ELEMENTS;
  const module = await compileKernels();
  const probe = await instantiateKernels(module, createMemory(65536));
  const workspace = firstRow + rowCount * padded * 4;
  const memory = createMemory(workspace + probe.workspace_bytes(vocabSize));
  const kernels = await instantiateKernels(module, memory);
  const words = new Int32Array(memory.buffer);
  const addressOf = (index: number): number => firstRow + index * padded * 4;
  const rows = Array.from({ length: rowCount }, (_, i) => {
    new Float32Array(memory.buffer, addressOf(i), padded).fill(-Infinity);
    return new Float32Array(memory.buffer, addressOf(i), vocabSize);
  });
  words[(job + JOB_HISTORY) >> 2] = history;
  for (let i = 0; i < historyCapacity; i++) words[(history >> 2) + i] = Math.imul(i, 7919) % vocabSize;

  let nextPlan = plans;
  return {
    rows,
    read: (index) => kernels.read_row(addressOf(index), padded),
    forgetSamplers: () => void (nextPlan = plans),
    sampler(params, historyLength = 0) {
      const { bytes, initialState } = compileParams(params, { vocabSize, maxLogprobs });
      const plan = nextPlan;
      nextPlan = plan + Math.ceil(bytes.length / 8) * 8;
      if (nextPlan > firstRow) throw new RangeError(`"params" expected plans of ${firstRow - plans} bytes in all`);
      new Uint8Array(memory.buffer).set(bytes, plan);
      const state = new Float64Array(memory.buffer, job + JOB_STATE, initialState?.length ?? 0);
      let position = 0;
      return (index) => {
        words[(job + JOB_PLAN) >> 2] = plan;
        words[(job + JOB_HISTORY_LENGTH) >> 2] = historyLength;
        words[(job + JOB_POSITION) >> 2] = position++;
        if (initialState) state.set(initialState);
        const row = addressOf(index);
        const status = kernels.sample_row(row, DTYPE_F32, vocabSize, job, undo, plan, result, workspace);
        if (status !== STATUS_OK) throw new Error(`sample_row of row ${index} expected status 0, got ${status}`);
        return words[(result + RESULT_TOKEN_ID) >> 2]!;
      };
    },
  };
}
