/** What is in each slot that is in flight: its sequence, and the job that was made of it. */
import type { Plan, SampleJob, SamplerPool } from "@tokenmill/worker-pool";
import type { Sequence } from "./sequence.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export class RowJobs {
  readonly #pool: SamplerPool;
  readonly #sequences: (Sequence | undefined)[];
  /** One object per slot, reused. */
  readonly #jobs: (Mutable<SampleJob> | undefined)[];
  /** Slots in flight. */
  count = 0;
  /** Rows have been submitted and not been shown to the workers. */
  #isUnflushed = false;

  constructor(pool: SamplerPool) {
    this.#pool = pool;
    this.#sequences = new Array<Sequence | undefined>(pool.slotCount).fill(undefined);
    this.#jobs = new Array<Mutable<SampleJob> | undefined>(pool.slotCount).fill(undefined);
  }

  /** Submits the sequence's next row. @throws what the pool throws; nothing is in flight then */
  submit(slot: number, sequence: Sequence, writeRow: boolean): void {
    this.#pool.submit(slot, this.#jobFor(slot, sequence, writeRow));
    this.#sequences[slot] = sequence;
    this.count++;
    this.#isUnflushed = true;
  }

  /** Shows the workers what was submitted. */
  flush(): void {
    if (!this.#isUnflushed) return;
    this.#isUnflushed = false;
    this.#pool.flush();
  }

  /** The sequence of a slot that is done. */
  take(slot: number): Sequence {
    const sequence = this.#sequences[slot]!;
    this.#sequences[slot] = undefined;
    this.count--;
    return sequence;
  }

  /** Every sequence that was in flight, for a pool that has lost them. */
  takeAll(): Sequence[] {
    const lost = this.#sequences.filter((sequence) => sequence !== undefined);
    this.#sequences.fill(undefined);
    this.count = 0;
    return lost;
  }

  #jobFor(slot: number, sequence: Sequence, writeRow: boolean): SampleJob {
    const { seed, randomStreamBits, unscored, control } = sequence;
    const isKnown = unscored === undefined && control?.forced !== undefined;
    const plan = isKnown ? this.#knownPlan(sequence) : (unscored?.plan ?? sequence.rowPlan);
    const history = unscored ? unscored.historyOf(sequence.history!) : sequence.history!;
    const position = unscored ? sequence.position : sequence.rowPosition;
    const redraw = unscored ? 0 : (control?.redraw ?? 0);
    const hasTokenMask = (unscored ?? control)?.fillMask(() => this.#pool.tokenMask(slot)) ?? false;
    const maskStart = control?.formStart;
    const hasForm = !unscored && !isKnown && (control === undefined || maskStart !== undefined);
    const masks = hasForm ? sequence.masks : undefined;
    const hasState = !unscored && !isKnown && plan.initialState !== undefined;
    const state = hasState ? (control?.state ?? sequence.state) : undefined;
    const job = this.#jobs[slot];
    if (!job) {
      const ids = { seed, sequenceId: randomStreamBits, position, redraw };
      return (this.#jobs[slot] = { plan, history, ...ids, writeRow, hasTokenMask, masks, maskStart, state });
    }
    job.plan = plan;
    job.history = history;
    job.seed = seed;
    job.sequenceId = randomStreamBits;
    job.position = position;
    job.redraw = redraw;
    job.writeRow = writeRow;
    job.hasTokenMask = hasTokenMask;
    job.masks = masks;
    job.maskStart = maskStart;
    job.state = state;
    return job;
  }

  #knownPlan(sequence: Sequence): Plan {
    const { logprobs, logprobsMode, logprobTokenIds, samplingMask } = sequence.plan.params;
    const params = {
      ...(logprobs !== undefined && { logprobs }),
      ...(logprobsMode && { logprobsMode }),
      ...(logprobTokenIds && { logprobTokenIds }),
      ...(samplingMask && { samplingMask }),
    };
    return (sequence.knownPlan ??= this.#pool.compile(params));
  }
}
