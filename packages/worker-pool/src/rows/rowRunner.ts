/** Does one row: has it written if asked to, samples it. The same code runs in the workers and in the host's inline lane. */
import { loadCustomStages } from "@tokenmill/core";
import type { CreateRowWriter, MaskFillerModule, RowJob, RowKernels, RowWriter, WorkerSource } from "@tokenmill/core";
import {
  CustomChain,
  dtypeCode,
  instantiateKernels,
  JOB_BYTES,
  JOB_HISTORY,
  JOB_HISTORY_LENGTH,
  JOB_PLAN,
  JOB_POSITION,
  JOB_PROMPT_LENGTH,
  JOB_SEQUENCE_HIGH,
  JOB_SEQUENCE_LOW,
  JOB_WRITE_ROW,
  type Kernels,
  RESULT_STATUS,
  STATUS_GRAMMAR_FAILED,
  STATUS_OK,
  STATUS_SOURCE_FAILED,
} from "@tokenmill/core/internal";
import { messageOf } from "@tokenmill/check";
import { type ImageOf, RowMasks } from "./rowMasks.ts";
import { customScratchOf, layOutSlab, MESSAGE_BYTES, type Slab, type SlabShape, workspaceOf } from "../memory/slab.ts";

/** What a thread needs to do rows; cloneable. */
export interface RunnerSetup {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly shape: SlabShape;
  /** Module URLs of custom stages by name. Absent: none. */
  readonly customStages?: Readonly<Record<string, string>>;
  readonly source: WorkerSource["worker"] | undefined;
  readonly maskFiller?: MaskFillerModule | undefined;
}

export class RowRunner {
  readonly #slab: Slab;
  readonly #kernels: Kernels;
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #workspace: number;
  readonly #writeRow: RowWriter | undefined;
  readonly #customChain: CustomChain | undefined;
  #masks: RowMasks | undefined;
  readonly #job: RowJob = {
    rowOffsetBytes: 0,
    historyOffsetBytes: 0,
    historyLength: 0,
    promptLength: 0,
    sequenceIdLow: 0,
    sequenceIdHigh: 0,
    position: 0,
  };

  private constructor(
    slab: Slab,
    kernels: Kernels,
    memory: WebAssembly.Memory,
    workspace: number,
    writer: RowWriter | undefined,
    customChain: CustomChain | undefined,
  ) {
    this.#slab = slab;
    this.#kernels = kernels;
    this.#words = new Int32Array(memory.buffer);
    this.#bytes = new Uint8Array(memory.buffer);
    this.#workspace = workspace;
    this.#writeRow = writer;
    this.#customChain = customChain;
    // a predecessor may have died in the middle: kernels count on zeros
    this.#bytes.fill(0, workspace, workspace + slab.workspaceBytes);
  }

  /** @param imageOf absent: rows with masks are done elsewhere */
  static async create(setup: RunnerSetup, workerIndex: number, imageOf?: ImageOf): Promise<RowRunner> {
    const { module, memory, shape, source, maskFiller, customStages = {} } = setup;
    const slab = layOutSlab(shape);
    const kernels = await instantiateKernels(module, memory);
    const writer = source && (await createWriter(source, slab, kernels, memory));
    const workspace = workspaceOf(slab, workerIndex);
    const hasCustom = Object.keys(customStages).length > 0;
    const { vocabSize, paddedLength } = slab;
    const customChain = hasCustom
      ? new CustomChain({
          kernels,
          memory,
          vocabSize,
          paddedLength,
          workspace,
          scratch: customScratchOf(slab, workerIndex),
          stages: await loadCustomStages(customStages),
        })
      : undefined;
    const runner = new RowRunner(slab, kernels, memory, workspace, writer, customChain);
    if (maskFiller && imageOf) runner.#masks = await RowMasks.create(maskFiller, imageOf, slab, runner.#words);
    return runner;
  }

  /** Writes and samples the slot's row; the outcome, good or bad, is in its result record. */
  run(slot: number): void {
    const slab = this.#slab;
    const jobOffset = slab.jobs + slot * JOB_BYTES;
    const row = slab.rows + slot * slab.rowBytes;
    const result = slab.results + slot * slab.resultBytes;
    const job = jobOffset >> 2;
    const words = this.#words;
    if (this.#writeRow && words[job + (JOB_WRITE_ROW >> 2)] === 1) {
      const rowJob = this.#job;
      rowJob.rowOffsetBytes = row;
      rowJob.historyOffsetBytes = words[job + (JOB_HISTORY >> 2)]! >>> 0;
      rowJob.historyLength = words[job + (JOB_HISTORY_LENGTH >> 2)]!;
      rowJob.promptLength = words[job + (JOB_PROMPT_LENGTH >> 2)]!;
      rowJob.sequenceIdLow = words[job + (JOB_SEQUENCE_LOW >> 2)]!;
      rowJob.sequenceIdHigh = words[job + (JOB_SEQUENCE_HIGH >> 2)]!;
      rowJob.position = words[job + (JOB_POSITION >> 2)]!;
      try {
        if (isPromise(this.#writeRow(rowJob)))
          throw new TypeError("row writer expected to be synchronous, got a promise");
      } catch (error) {
        this.#writeMessage(slot, messageOf(error));
        words[(result + RESULT_STATUS) >> 2] = STATUS_SOURCE_FAILED;
        return;
      }
    }
    try {
      this.#masks?.fill(slot);
    } catch (error) {
      this.#writeMessage(slot, messageOf(error));
      words[(result + RESULT_STATUS) >> 2] = STATUS_GRAMMAR_FAILED;
      return;
    }
    const plan = words[job + (JOB_PLAN >> 2)]!;
    const undo = slab.undo + slot * slab.undoBytes;
    const code = dtypeCode[slab.dtype];
    if (this.#customChain?.isIn(plan)) {
      const status = this.#customChain.sample({ row, dtypeCode: code, job: jobOffset, undo }, plan, result);
      if (status !== STATUS_OK) this.#writeMessage(slot, this.#customChain.explain(status, ""));
      return;
    }
    this.#kernels.sample_row(row, code, slab.vocabSize, jobOffset, undo, plan, result, this.#workspace);
  }

  #writeMessage(slot: number, message: string): void {
    const offset = this.#slab.messages + slot * MESSAGE_BYTES;
    const bytes = new TextEncoder().encode(message).subarray(0, MESSAGE_BYTES - 4);
    this.#words[offset >> 2] = bytes.length;
    this.#bytes.set(bytes, offset + 4);
  }
}

/** A worker sits in a loop and never gets to promises: the row would be sampled unwritten. */
function isPromise(value: unknown): boolean {
  return typeof value === "object" && value !== null && "then" in value;
}

async function createWriter(
  source: { moduleUrl: string; options: unknown },
  slab: Slab,
  kernels: Kernels,
  memory: WebAssembly.Memory,
): Promise<RowWriter> {
  const module = (await import(source.moduleUrl)) as { createRowWriter?: CreateRowWriter };
  if (typeof module.createRowWriter !== "function") {
    throw new TypeError(`source module expected an export "createRowWriter", ${source.moduleUrl} has none`);
  }
  const rowKernels: RowKernels = { addScalar: kernels.add_scalar_f32, scatterAdd: kernels.scatter_add_f32 };
  const writer: unknown = await module.createRowWriter({
    memory,
    tablesOffsetBytes: slab.tablesBytes > 0 ? slab.tables : 0,
    vocabSize: slab.vocabSize,
    dtype: slab.dtype,
    kernels: rowKernels,
    options: source.options,
  });
  if (typeof writer !== "function") {
    throw new TypeError(`createRowWriter of ${source.moduleUrl} expected to give a function, got ${typeof writer}`);
  }
  return writer as RowWriter;
}
