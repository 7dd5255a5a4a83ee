/** The sampling kernels: a request is a batch of rows, submitted together to a pool of workers. */
import { messageOf } from "@tokenmill/check";
import { createResult, dtypeBytes, type SampleResult } from "@tokenmill/core";
import { RowPool } from "@tokenmill/row-service";
import { createSyntheticSource } from "@tokenmill/sources";
import { createPool, type History, type Plan, type SampleJob, type SamplerPool } from "@tokenmill/worker-pool";
import type { PlannedRequest } from "../../schedule/planRequests.ts";
import type { PoolTargetSpec, Scenario } from "../../scenario/scenario.ts";
import type { Call, Sent, Target } from "../target/target.ts";

export class PoolTarget implements Target {
  readonly bytesPerToken: number;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly pids: readonly number[] = [process.pid];
  readonly #rows: RowPool;
  readonly #spec: PoolTargetSpec;
  readonly #plans: readonly Plan[];
  readonly #history: History;
  /** By slot. */
  readonly #results: SampleResult[] = [];
  /** A batch takes all of its slots before the next one does. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(pool: SamplerPool, spec: PoolTargetSpec, plans: readonly Plan[]) {
    this.#rows = new RowPool(pool);
    this.#spec = spec;
    this.#plans = plans;
    this.#history = pool.openHistory([], 1)!;
    this.bytesPerToken = spec.vocabSize * dtypeBytes[spec.dtype];
    this.facts = { workers: pool.workers, slots: pool.slotCount };
  }

  /** Rows for every slot are made before the first request. @throws TypeError, RangeError for options or params out of range. */
  static async open(spec: PoolTargetSpec, { load, requests }: Scenario): Promise<PoolTarget> {
    const { vocabSize, dtype, workers, batchSize, rows: kind, writeRows } = spec;
    const batches = load.mode === "closed" ? load.concurrency : Math.max(1, Math.floor(256 / batchSize));
    const fitting = Math.floor(2 ** 30 / (vocabSize * dtypeBytes[dtype]));
    const slots = batchSize * batches;
    if (slots > Math.min(65_536, fitting)) {
      throw new RangeError(
        `"batchSize" × "concurrency" expected at most ${Math.min(65_536, fitting)} rows at vocabSize ${vocabSize}, got ${slots}`,
      );
    }
    const source = createSyntheticSource({ kind, vocabSize, dtype, distinctRows: Math.min(64, Math.max(1, fitting)) });
    const pool = await createPool({ workers, slots, source, inlineRows: 0 });
    const plans: Plan[] = [];
    try {
      for (const { params } of requests.mix) plans.push(pool.compile(params));
      const target = new PoolTarget(pool, spec, plans);
      if (!writeRows) await target.#writeAllRows();
      return target;
    } catch (error) {
      await pool.close();
      throw error;
    }
  }

  send(request: PlannedRequest, call: Call): Sent {
    let isCancelled = false;
    const slots = this.#turn.then(() => (isCancelled ? [] : this.#acquire()));
    this.#turn = slots;
    void slots
      .then((taken) => this.#sample(request, taken))
      .then(
        (failure) => {
          if (isCancelled) return;
          if (failure !== undefined) return call.fail(failure, `a row ended with ${failure}`);
          call.rows(this.#spec.batchSize);
          call.done();
        },
        (error: unknown) => {
          if (!isCancelled) call.fail("pool_failed", messageOf(error));
        },
      );
    return { cancel: () => void (isCancelled = true) };
  }

  close(): Promise<void> {
    return this.#rows.pool.close();
  }

  #acquire(): Promise<number[]> {
    return Promise.all(Array.from({ length: this.#spec.batchSize }, () => this.#rows.acquire()));
  }

  /** What the first row that failed ended with; undefined if none did. */
  async #sample({ setting, index }: PlannedRequest, slots: readonly number[]): Promise<string | undefined> {
    const plan = this.#plans[setting]!;
    const job = { plan, seed: BigInt(index), position: index % 2 ** 31, writeRow: this.#spec.writeRows };
    try {
      const results = await Promise.all(slots.map((slot, i) => this.#row(slot, { ...job, sequenceId: BigInt(i) })));
      return results.find(({ status }) => status !== "ok")?.status;
    } finally {
      for (const slot of slots) this.#rows.release(slot);
    }
  }

  #row(slot: number, job: Omit<SampleJob, "history">): Promise<SampleResult> {
    const result = (this.#results[slot] ??= createResult(20));
    return this.#rows.sample(slot, { ...job, history: this.#history }, result);
  }

  async #writeAllRows(): Promise<void> {
    const slots = await Promise.all(Array.from({ length: this.#rows.pool.slotCount }, () => this.#rows.acquire()));
    const plan = this.#plans[0]!;
    await Promise.all(
      slots.map((slot) => this.#row(slot, { plan, seed: 0n, sequenceId: BigInt(slot), position: 0, writeRow: true })),
    );
    for (const slot of slots) this.#rows.release(slot);
  }
}
