/**
 * Samples rows by plans that have custom stages: the kernels work up to such a stage and leave a row in scratch, the stage
 * changes it, the kernels go on from there. Scratch has a job record and an undo log of its own, so that whoever takes over
 * from a dead worker finds in the slot's job what the slot's row needs, and nothing else.
 */
import { messageOf } from "@tokenmill/check";
import type { Kernels } from "../kernels.ts";
import {
  DTYPE_F32,
  JOB_BYTES,
  JOB_FIRST_STAGE,
  JOB_HISTORY,
  JOB_HISTORY_LENGTH,
  JOB_POSITION,
  JOB_PROMPT_LENGTH,
  JOB_UNDO_COUNT,
  OP_CUSTOM,
  PLAN_HEADER_BYTES,
  PLAN_LOGPROBS,
  PLAN_LOGPROBS_PROCESSED,
  PLAN_STAGE_COUNT,
  RESULT_STATUS,
  STAGE_BYTES,
  STAGE_INTEGER,
  STAGE_OPCODE,
  STATUS_OK,
  STATUS_STAGE_FAILED,
  UNDO_CAPACITY,
  UNDO_ENTRY_BYTES,
} from "../layout.ts";
import type { CustomStage } from "./customStage.ts";

/** Where a row and what belongs to it stand: byte offsets, the row's dtype code. */
export interface RowPlace {
  readonly row: number;
  readonly dtypeCode: number;
  readonly job: number;
  readonly undo: number;
}

const UNDO_BYTES = UNDO_CAPACITY * UNDO_ENTRY_BYTES;

/** Bytes of scratch for one thread; none is needed where there are no custom stages. */
export function customScratchBytes(paddedLength: number): number {
  return JOB_BYTES + UNDO_BYTES + 2 * 4 * paddedLength;
}

export interface CustomChainOptions {
  readonly kernels: Kernels;
  readonly memory: WebAssembly.Memory;
  readonly vocabSize: number;
  readonly paddedLength: number;
  /** `customScratchBytes`, 64-byte aligned, this thread's alone. */
  readonly scratch: number;
  /** The kernels' workspace. */
  readonly workspace: number;
  /** In the order that plans number them. */
  readonly stages: Readonly<Record<string, CustomStage>>;
}

export class CustomChain {
  /** The last custom stage that was done; undefined: none. */
  after: string | undefined;
  /** What a stage threw, if the status says that one failed. */
  cause: unknown;
  readonly #options: CustomChainOptions;
  readonly #stages: readonly (readonly [name: string, stage: CustomStage])[];
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;

  constructor(options: CustomChainOptions) {
    this.#options = options;
    this.#stages = Object.entries(options.stages);
    this.#words = new Int32Array(options.memory.buffer);
    this.#bytes = new Uint8Array(options.memory.buffer);
  }

  /** Whether one of the plan's stages is a custom one. */
  isIn(plan: number): boolean {
    const count = this.#words[(plan + PLAN_STAGE_COUNT) >> 2]!;
    for (let index = 0; index < count; index++) if (this.#opcodeAt(plan, index) === OP_CUSTOM) return true;
    return false;
  }

  /** Samples a row, as `sample_row` does. Returns the status, also in the result. */
  sample(place: RowPlace, plan: number, result: number): number {
    const { kernels, vocabSize, workspace } = this.#options;
    const words = this.#words;
    const rest = this.run(place, plan, words[(plan + PLAN_STAGE_COUNT) >> 2]!, result);
    if (!rest) return words[(result + RESULT_STATUS) >> 2]!;
    const { row, dtypeCode, job, undo } = rest;
    const status = kernels.sample_row(row, dtypeCode, vocabSize, job, undo, plan, result, workspace);
    const isRaw =
      words[(plan + PLAN_LOGPROBS) >> 2]! >= 0 && words[(plan + PLAN_LOGPROBS_PROCESSED) >> 2]! === 0 && rest !== place;
    if (isRaw && status === STATUS_OK) {
      kernels.score_row(place.row, place.dtypeCode, vocabSize, place.job, place.undo, plan, result, workspace);
    }
    return status;
  }

  /**
   * Runs the custom ones of the stages before `endStage`, and what stands before them. Returns what the rest works on:
   * `place` itself if there are none, undefined if the row has failed; the status is in the result then.
   */
  run(place: RowPlace, plan: number, endStage: number, result: number): RowPlace | undefined {
    const { kernels, vocabSize, paddedLength, scratch, workspace } = this.#options;
    const words = this.#words;
    const rows = scratch + JOB_BYTES + UNDO_BYTES;
    let from = place;
    let target = rows;
    this.after = undefined;
    for (let index = 0; index < endStage; index++) {
      if (this.#opcodeAt(plan, index) !== OP_CUSTOM) continue;
      const { row, dtypeCode, job, undo } = from;
      const status = kernels.transform_row(
        row,
        dtypeCode,
        vocabSize,
        job,
        undo,
        plan,
        index,
        target,
        result,
        workspace,
      );
      if (status !== STATUS_OK) return undefined;
      const [name, stage] = this.#stages[words[(this.#stageAt(plan, index) + STAGE_INTEGER) >> 2]!]!;
      this.after = `custom:${name}`;
      if (!this.#apply(stage, target, place.job)) {
        words[(result + RESULT_STATUS) >> 2] = STATUS_STAGE_FAILED;
        return undefined;
      }
      if (from === place) this.#bytes.copyWithin(scratch, place.job, place.job + JOB_BYTES);
      words[(scratch + JOB_UNDO_COUNT) >> 2] = 0;
      words[(scratch + JOB_FIRST_STAGE) >> 2] = index + 1;
      from = { row: target, dtypeCode: DTYPE_F32, job: scratch, undo: scratch + JOB_BYTES };
      target = target === rows ? rows + 4 * paddedLength : rows;
    }
    return from;
  }

  /** Why a row has failed, given the kernels' words for it. */
  explain(status: number, message: string): string {
    if (this.after === undefined) return message;
    return status === STATUS_STAGE_FAILED
      ? `stage "${this.after}" failed: ${messageOf(this.cause)}`
      : `after "${this.after}": ${message}`;
  }

  #apply(stage: CustomStage, row: number, job: number): boolean {
    const words = this.#words;
    const { buffer } = words;
    const historyLength = words[(job + JOB_HISTORY_LENGTH) >> 2]!;
    const logits = new Float32Array(buffer, row, this.#options.vocabSize);
    try {
      const returned: unknown = stage(logits, {
        history: new Int32Array(buffer, words[(job + JOB_HISTORY) >> 2]! >>> 0, historyLength),
        promptLength: words[(job + JOB_PROMPT_LENGTH) >> 2]!,
        position: words[(job + JOB_POSITION) >> 2]!,
      });
      if (returned === undefined || returned === logits) return true;
      throw new TypeError(`expected the logits to be changed in place and nothing returned, got ${kindOf(returned)}`);
    } catch (error) {
      this.cause = error;
      return false;
    }
  }

  #stageAt(plan: number, index: number): number {
    return plan + PLAN_HEADER_BYTES + index * STAGE_BYTES;
  }

  #opcodeAt(plan: number, index: number): number {
    return this.#words[(this.#stageAt(plan, index) + STAGE_OPCODE) >> 2]!;
  }
}

function kindOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return `a ${typeof value}`;
  if ("then" in value) return "a promise";
  return "length" in value ? `an array of ${String(value.length)}` : "an object";
}
