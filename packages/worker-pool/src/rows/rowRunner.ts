/** Does one row: has it written if asked to, samples it. The same code runs in the workers and in the host's inline lane. */
import { loadCustomStages } from "@tokenmill/core";
import type { CreateRowWriter, MaskFillerModule, RowKernels, RowWriter, WorkerSource } from "@tokenmill/core";
import {
  createJob,
  CustomChain,
  failResult,
  instantiateKernels,
  type Job,
  type Kernels,
  readJob,
  type RecordViews,
  viewsOf,
} from "@tokenmill/core/internal";
import { messageOf } from "@tokenmill/check";
import { type ImageOf, RowMasks } from "./rowMasks.ts";
import {
  customScratchOf,
  jobOf,
  layOutSlab,
  MESSAGE_BYTES,
  resultOf,
  type Slab,
  type SlabShape,
  workspaceOf,
} from "../memory/slab.ts";

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

interface RunnerParts {
  readonly slab: Slab;
  readonly kernels: Kernels;
  readonly memory: WebAssembly.Memory;
  /** Byte offset. */
  readonly workspace: number;
  readonly writer: RowWriter | undefined;
  readonly customChain: CustomChain | undefined;
}

export class RowRunner {
  readonly #slab: Slab;
  readonly #kernels: Kernels;
  readonly #views: RecordViews;
  readonly #bytes: Uint8Array;
  readonly #workspace: number;
  readonly #writeRow: RowWriter | undefined;
  readonly #customChain: CustomChain | undefined;
  #masks: RowMasks | undefined;
  readonly #job: Job = createJob();

  private constructor({ slab, kernels, memory, workspace, writer, customChain }: RunnerParts) {
    this.#slab = slab;
    this.#kernels = kernels;
    this.#views = viewsOf(memory);
    this.#bytes = new Uint8Array(memory.buffer);
    this.#workspace = workspace;
    this.#writeRow = writer;
    this.#customChain = customChain;
    // a worker that died here may have left anything: kernels rely on zeros
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
    const runner = new RowRunner({ slab, kernels, memory, workspace, writer, customChain });
    if (maskFiller && imageOf)
      runner.#masks = await RowMasks.create(maskFiller, imageOf, slab.vocabSize, runner.#views.i32);
    return runner;
  }

  /** Writes and samples the slot's row; the outcome, good or bad, is in its result record. */
  run(slot: number): void {
    const at = jobOf(this.#slab, slot);
    if ((this.#writeRow || this.#masks || this.#customChain) && !this.#prepare(slot, at)) return;
    if (this.#customChain?.isIn(this.#job.planOffsetBytes)) {
      const outcome = this.#customChain.sample(at);
      if (outcome !== "ok") this.#writeMessage(slot, this.#customChain.explain(outcome, ""));
      return;
    }
    this.#kernels.sample_row(at, this.#workspace);
  }

  /** Has the row written and its mask filled, if the job asks for it. False: the row has failed. */
  #prepare(slot: number, at: number): boolean {
    const job = this.#job;
    readJob(this.#views, at, job);
    try {
      if (this.#writeRow && job.writesRow && isPromise(this.#writeRow(job)))
        throw new TypeError("row writer expected to be synchronous, got a promise");
    } catch (error) {
      return this.#fail(slot, "source_failed", error);
    }
    try {
      this.#masks?.fill(job);
    } catch (error) {
      return this.#fail(slot, "grammar_failed", error);
    }
    return true;
  }

  #fail(slot: number, code: "source_failed" | "grammar_failed", error: unknown): false {
    this.#writeMessage(slot, messageOf(error));
    failResult(this.#views, resultOf(this.#slab, slot), code);
    return false;
  }

  #writeMessage(slot: number, message: string): void {
    const offset = this.#slab.messages + slot * MESSAGE_BYTES;
    const bytes = this.#bytes.subarray(offset + 4, offset + MESSAGE_BYTES);
    this.#views.i32[offset >> 2] = new TextEncoder().encodeInto(message, bytes).written; // whole characters
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
