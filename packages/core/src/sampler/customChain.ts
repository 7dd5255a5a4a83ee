/**
 * Samples rows by plans that have custom stages: the kernels work up to such a stage and leave a row in scratch, the stage
 * changes it, the kernels go on from there. Scratch has a job record and an undo log of its own, so that whoever takes over
 * from a dead worker finds in the slot's job what the slot's row needs, and nothing else.
 */
import { messageOf } from "@tokenmill/check";
import type { Kernels } from "../kernels.ts";
import { createJob, type Job, jobBytes, readJob, writeRest } from "../records/job.ts";
import { customStageAt, hasRawLogprobs, planStageCount } from "../records/plan.ts";
import { failResult, outcomeAt } from "../records/result.ts";
import type { SampleErrorCode } from "../records/sampleResult.ts";
import { outcomeOf } from "../records/status.ts";
import { undoBytes } from "../records/undo.ts";
import { type RecordViews, viewsOf } from "../records/views.ts";
import type { CustomStage } from "./customStage.ts";

/** Bytes of scratch for one thread; none is needed where there are no custom stages. */
export function customScratchBytes(paddedLength: number): number {
  return jobBytes + undoBytes + 2 * 4 * paddedLength;
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
  /** What a stage threw, if one failed. */
  cause: unknown;
  readonly #options: CustomChainOptions;
  readonly #stages: readonly (readonly [name: string, stage: CustomStage])[];
  readonly #views: RecordViews;
  readonly #job: Job = createJob();

  constructor(options: CustomChainOptions) {
    this.#options = options;
    this.#stages = Object.entries(options.stages);
    this.#views = viewsOf(options.memory);
  }

  /** Whether one of the plan's stages is a custom one. */
  isIn(plan: number): boolean {
    const count = planStageCount(this.#views, plan);
    for (let index = 0; index < count; index++) if (customStageAt(this.#views, plan, index) >= 0) return true;
    return false;
  }

  /** Samples the row of the job at this offset, as `sample_row` does. Returns the outcome, which is in the result too. */
  sample(job: number): "ok" | SampleErrorCode {
    const { kernels, workspace } = this.#options;
    const views = this.#views;
    if (this.#stages.length === 0) return outcomeOf(kernels.sample_row(job, workspace));
    readJob(views, job, this.#job);
    const { planOffsetBytes: plan, resultOffsetBytes: result } = this.#job;
    const rest = this.run(job, planStageCount(views, plan));
    if (rest !== undefined) {
      kernels.sample_row(rest, workspace);
      const scoresApart = rest !== job && hasRawLogprobs(views, plan);
      if (scoresApart && outcomeAt(views, result) === "ok") kernels.score_row(job, workspace);
    }
    return outcomeAt(views, result);
  }

  /**
   * Runs the custom ones of the stages before `endStage`, and what stands before them. Returns the job of the rest: `job`
   * itself if there are none, undefined if the row has failed; the outcome is in the result then.
   */
  run(job: number, endStage: number): number | undefined {
    const { kernels, paddedLength, scratch, workspace } = this.#options;
    const views = this.#views;
    const rows = scratch + jobBytes + undoBytes;
    let from = job;
    let row = rows;
    this.after = undefined;
    readJob(views, job, this.#job);
    for (let index = 0; index < endStage; index++) {
      const custom = customStageAt(views, this.#job.planOffsetBytes, index);
      if (custom < 0) continue;
      kernels.transform_row(from, index, row, workspace);
      if (outcomeAt(views, this.#job.resultOffsetBytes) !== "ok") return undefined;
      const [name, stage] = this.#stages[custom]!;
      this.after = `custom:${name}`;
      if (!this.#apply(stage, row)) {
        failResult(views, this.#job.resultOffsetBytes, "stage_failed");
        return undefined;
      }
      writeRest(views, scratch, from, { row, undo: scratch + jobBytes, firstStage: index + 1 });
      from = scratch;
      row = row === rows ? rows + 4 * paddedLength : rows;
    }
    return from;
  }

  /** Why a row has failed, given the words for it that go without this chain. */
  explain(outcome: "ok" | SampleErrorCode, message: string): string {
    if (this.after === undefined) return message;
    return outcome === "stage_failed"
      ? `stage "${this.after}" failed: ${messageOf(this.cause)}`
      : `after "${this.after}": ${message}`;
  }

  #apply(stage: CustomStage, row: number): boolean {
    const { buffer } = this.#views.i32;
    const { historyOffsetBytes, historyLength, promptLength, position } = this.#job;
    const logits = new Float32Array(buffer, row, this.#options.vocabSize);
    try {
      const returned: unknown = stage(logits, {
        history: new Int32Array(buffer, historyOffsetBytes, historyLength),
        promptLength,
        position,
      });
      if (returned === undefined || returned === logits) return true;
      throw new TypeError(`expected the logits to be changed in place and nothing returned, got ${kindOf(returned)}`);
    } catch (error) {
      this.cause = error;
      return false;
    }
  }
}

function kindOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return `a ${typeof value}`;
  if ("then" in value) return "a promise";
  return "length" in value ? `an array of ${String(value.length)}` : "an object";
}
