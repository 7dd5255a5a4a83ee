/** Rows, kernels and plans in one memory, laid out as a pool does; one thread. */
import { compileParams, createResult, type RowDtype, type SamplingParams } from "@tokenmill/core";
import {
  compileKernels,
  createMemory,
  instantiateKernels,
  jobBytes,
  negativeInfinity,
  outcomeAt,
  paddedLengthOf,
  placeJob,
  readResult,
  resultBytes,
  undoBytes,
  viewsOf,
  writeJob,
} from "@tokenmill/core/internal";
import { rowIn } from "../src/testing/widths.ts";

export interface Slab {
  /** Views of the rows, `vocabSize` elements each; −Infinity at first. */
  readonly rows: readonly Float32Array[];
  /** Which type samplers have the rows in from now on; for one of 16 bits, the rows as they stand are copied into it. */
  useDtype(dtype: RowDtype): void;
  /** Reads row `index` in one plain pass: R. */
  read(index: number): number;
  /** A function that samples row `index` at the next position, after `historyLength` tokens → token id. */
  sampler(params: SamplingParams, historyLength?: number): (index: number) => number;
  /** Ends all samplers and frees the memory of their plans. */
  forgetSamplers(): void;
}

const maxLogprobs = 20;
const maxLogprobTokenIds = 4096;
const maxSamplingMask = 2048;
const capacity = { maxLogprobs, maxLogprobTokenIds, maxSamplingMask };
const job = 1024;
const undo = job + jobBytes;
const history = undo + undoBytes;
const historyCapacity = 1024;
const result = history + 4 * historyCapacity;
const plans = result + Math.ceil(resultBytes(capacity) / 64) * 64;
const firstRow = 2 ** 20;

export async function openSlab(vocabSize: number, rowCount: number): Promise<Slab> {
  const padded = paddedLengthOf(vocabSize);
  const module = await compileKernels();
  const probe = await instantiateKernels(module, createMemory(65536));
  const firstNarrow = firstRow + rowCount * padded * 4;
  const workspace = firstNarrow + rowCount * padded * 2;
  const memory = createMemory(workspace + probe.workspace_bytes(vocabSize));
  const kernels = await instantiateKernels(module, memory);
  const views = viewsOf(memory);
  const addressOf = (index: number): number => firstRow + index * padded * 4;
  const rows = Array.from({ length: rowCount }, (_, i) => {
    new Float32Array(memory.buffer, addressOf(i), padded).fill(-Infinity);
    return new Float32Array(memory.buffer, addressOf(i), vocabSize);
  });
  for (let i = 0; i < historyCapacity; i++) views.i32[(history >> 2) + i] = Math.imul(i, 7919) % vocabSize;

  let nextPlan = plans;
  let dtype: RowDtype = "f32";
  return {
    rows,
    useDtype(wanted) {
      dtype = wanted;
      if (dtype === "f32") return;
      const narrow = new Uint16Array(memory.buffer, firstNarrow, rowCount * padded).fill(negativeInfinity[dtype]);
      for (const [i, row] of rows.entries()) narrow.set(rowIn(dtype, row).row, i * padded);
    },
    read: (index) => kernels.read_row(addressOf(index), padded),
    forgetSamplers: () => void (nextPlan = plans),
    sampler(params, historyLength = 0) {
      const { bytes, initialState } = compileParams(params, { vocabSize, ...capacity });
      const plan = nextPlan;
      nextPlan = plan + Math.ceil(bytes.length / 8) * 8;
      if (nextPlan > firstRow) throw new RangeError(`"params" expected plans of ${firstRow - plans} bytes in all`);
      new Uint8Array(memory.buffer).set(bytes, plan);
      const drawn = createResult(maxLogprobs, maxLogprobTokenIds, maxSamplingMask);
      let position = 0;
      return (index) => {
        const row = dtype === "f32" ? addressOf(index) : firstNarrow + index * padded * 2;
        placeJob(views, job, { row, dtype, vocabSize, undo, result });
        writeJob(views, job, {
          plan,
          history,
          historyLength,
          promptLength: 0,
          seed: 0,
          sequenceId: 0,
          position: position++,
          state: initialState,
        });
        kernels.sample_row(job, workspace);
        const outcome = outcomeAt(views, result);
        if (outcome !== "ok") throw new Error(`sample_row of row ${index} expected "ok", got "${outcome}"`);
        readResult(views, result, drawn);
        return drawn.tokenId;
      };
    },
  };
}
