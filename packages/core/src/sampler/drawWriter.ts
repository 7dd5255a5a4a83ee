/** Puts a draw of a single-thread sampler where its kernels read it: history, mask, job record. */
import { placeJob, writeJob } from "../records/job.ts";
import type { JobPlace } from "../records/job.ts";
import type { RecordViews } from "../records/views.ts";
import type { CompleteDraw } from "./checkDraw.ts";
import { HistoryRegion } from "./historyRegion.ts";
import type { SamplerMemory } from "./samplerMemory.ts";

export class DrawWriter {
  readonly #views: RecordViews;
  readonly #at: SamplerMemory;
  readonly #history: HistoryRegion;

  constructor(views: RecordViews, at: SamplerMemory, { dtype, vocabSize }: Pick<JobPlace, "dtype" | "vocabSize">) {
    this.#views = views;
    this.#at = at;
    this.#history = new HistoryRegion(views.i32, at.history);
    placeJob(views, at.job, { row: at.row, dtype, vocabSize, undo: at.undo, result: at.result });
  }

  /** @param row its byte offset */
  write({ position, sequenceId, seed, history, promptLength, state, tokenMask }: CompleteDraw, row: number): void {
    const { job, plan, mask, history: historyAt } = this.#at;
    if (tokenMask) this.#views.i32.set(tokenMask, mask >>> 2);
    this.#history.write(history);
    writeJob(this.#views, job, {
      plan,
      history: historyAt,
      historyLength: history.length,
      promptLength,
      seed,
      sequenceId,
      position,
      state,
      row,
      mask: tokenMask ? mask : 0,
    });
  }
}
