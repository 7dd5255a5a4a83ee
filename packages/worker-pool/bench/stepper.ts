/**
 * Steps of a pool, timed: B rows that stand in the slab are submitted, flushed, and waited for. Or, as the engine does it,
 * each row is submitted again as soon as it is done; a step is B rows then as well.
 */
import type { SamplingParams } from "@tokenmill/core";
import { createPool, type PoolOptions, type SamplerPool } from "@tokenmill/worker-pool";

/** Of each step, in microseconds. */
export interface StepTimes {
  readonly total: number[];
  readonly submit: number[];
  readonly flush: number[];
  /** Until the last row is known to be done. */
  readonly wait: number[];
}

export interface Setting {
  readonly name: string;
  readonly options: PoolOptions;
  /** Of row i: row i mod n has the params of place i mod n. */
  readonly params: readonly SamplingParams[];
  /** Rows are submitted again at once; only `total` is measured. */
  readonly isKeptBusy?: boolean;
}

/** Logits between 0 and 10, fixed by row and index. */
export function fillRow(row: Float32Array | Uint16Array, index: number): void {
  for (let i = 0; i < row.length; i++) {
    row[i] = ((Math.imul(i + 1, 2654435761) + Math.imul(index, 40503)) >>> 16) / 6553.6;
  }
}

class Stepper {
  readonly times: StepTimes = { total: [], submit: [], flush: [], wait: [] };
  readonly setting: Setting;
  readonly #pool: SamplerPool;
  readonly #step: () => Promise<void>;
  readonly #times: StepTimes = { total: [], submit: [], flush: [], wait: [] };

  private constructor(setting: Setting, pool: SamplerPool, batch: number) {
    this.setting = setting;
    this.#pool = pool;
    const plans = setting.params.map((params) => pool.compile(params));
    const history = pool.openHistory([], 1)!;
    const slots = Array.from({ length: batch }, () => pool.acquire());
    slots.forEach((slot, i) => fillRow(pool.row(slot), i));
    const jobs = slots.map((_, i) => {
      return { plan: plans[i % plans.length]!, history, seed: 1n, sequenceId: BigInt(i), position: 0, writeRow: false };
    });
    const { total, submit, flush, wait } = this.#times;
    const stepAtOnce = async () => {
      const start = performance.now();
      for (let i = 0; i < batch; i++) {
        const job = jobs[i]!;
        job.position++;
        pool.submit(slots[i]!, job);
      }
      const submitted = performance.now();
      pool.flush();
      const flushed = performance.now();
      for (let left = batch; left > 0; ) left -= (await pool.completed()).length;
      const end = performance.now();
      total.push((end - start) * 1000);
      submit.push((submitted - start) * 1000);
      flush.push((flushed - submitted) * 1000);
      wait.push((end - flushed) * 1000);
    };
    const jobOfSlot = new Map(slots.map((slot, i) => [slot, jobs[i]!]));
    let waiting: readonly number[] = slots;
    const stepKeptBusy = async () => {
      const start = performance.now();
      for (let left = batch; left > 0; left -= waiting.length) {
        for (const slot of waiting) {
          const job = jobOfSlot.get(slot)!;
          job.position++;
          pool.submit(slot, job);
        }
        waiting = await pool.completed();
      }
      total.push((performance.now() - start) * 1000);
    };
    this.#step = setting.isKeptBusy ? stepKeptBusy : stepAtOnce;
  }

  static async open(setting: Setting, batch: number): Promise<Stepper> {
    const pool = await createPool({ slots: batch, arenaBytes: 2 ** 20, ...setting.options });
    return new Stepper(setting, pool, batch);
  }

  /** Runs steps for about `ms`, after a few to get going. */
  async run(ms: number): Promise<void> {
    for (let i = 0; i < 10; i++) await this.#step();
    const names = ["total", "submit", "flush", "wait"] as const;
    for (const name of names) this.#times[name].length = 0;
    for (const end = performance.now() + ms; performance.now() < end; ) await this.#step();
    for (const name of names) this.times[name].push(...this.#times[name]);
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}

/** Runs settings, and `alongside`, side by side for `rounds` rounds of `ms` each, and closes their pools. */
export async function runSideBySide(
  settings: readonly Setting[],
  batch: number,
  rounds: number,
  ms: number,
  alongside: (ms: number) => void = () => {},
): Promise<StepTimes[]> {
  const steppers = await Promise.all(settings.map((setting) => Stepper.open(setting, batch)));
  for (const stepper of steppers) await stepper.run(ms / 2);
  for (const { times } of steppers) for (const values of Object.values(times) as number[][]) values.length = 0;
  for (let round = 0; round < rounds; round++) {
    for (const stepper of steppers) await stepper.run(ms);
    alongside(ms);
  }
  await Promise.all(steppers.map((stepper) => stepper.close()));
  return steppers.map(({ times }) => times);
}

/** The value that a share of `values` is below. */
export function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)]!;
}
