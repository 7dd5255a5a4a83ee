/** Writes the job record of a single-thread sampler, and what it points to. */
import {
  JOB_HISTORY,
  JOB_HISTORY_LENGTH,
  JOB_MASK,
  JOB_PLAN,
  JOB_POSITION,
  JOB_PROMPT_LENGTH,
  JOB_SEED_HIGH,
  JOB_SEED_LOW,
  JOB_SEQUENCE_HIGH,
  JOB_SEQUENCE_LOW,
  JOB_STATE,
} from "../layout.ts";
import { wordsOf } from "../random/philox.ts";
import type { CompleteDraw } from "./checkDraw.ts";
import { HistoryRegion } from "./historyRegion.ts";
import type { MemoryViews } from "./readResult.ts";
import type { SamplerMemory } from "./samplerMemory.ts";

export class JobWriter {
  readonly #views: MemoryViews;
  readonly #at: SamplerMemory;
  readonly #history: HistoryRegion;

  constructor(views: MemoryViews, at: SamplerMemory) {
    this.#views = views;
    this.#at = at;
    this.#history = new HistoryRegion(views.i32, at.history);
  }

  write({ position, sequenceId, seed, history, promptLength, state, tokenMask }: CompleteDraw): void {
    const { i32, f64 } = this.#views;
    const { job, plan, mask } = this.#at;
    const set = (field: number, value: number): void => {
      i32[(job + field) >>> 2] = value;
    };
    if (state) f64.set(state, (job + JOB_STATE) >>> 3);
    if (tokenMask) i32.set(tokenMask, mask >>> 2);
    this.#history.write(history);
    const [seedLow, seedHigh] = wordsOf(seed);
    const [sequenceLow, sequenceHigh] = wordsOf(sequenceId);
    set(JOB_PLAN, plan);
    set(JOB_HISTORY, this.#at.history);
    set(JOB_HISTORY_LENGTH, history.length);
    set(JOB_PROMPT_LENGTH, promptLength);
    set(JOB_SEED_LOW, seedLow);
    set(JOB_SEED_HIGH, seedHigh);
    set(JOB_SEQUENCE_LOW, sequenceLow);
    set(JOB_SEQUENCE_HIGH, sequenceHigh);
    set(JOB_POSITION, position);
    set(JOB_MASK, tokenMask ? mask : 0);
  }
}
