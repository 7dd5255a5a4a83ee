/** The sampling kernels: a request is a batch of rows, submitted together to a pool of workers. */
import { createResult, dtypeBytes } from "@tokenmill/core";
import { createSyntheticSource } from "@tokenmill/sources";
import { createPool, type History, type Plan, type SamplerPool } from "@tokenmill/worker-pool";
import type { PlannedRequest } from "../../schedule/planRequests.ts";
import type { PoolTargetSpec, Scenario } from "../../scenario/scenario.ts";
import type { Call, Sent, Target } from "../target/target.ts";

interface Batch {
  readonly call: Call;
  left: number;
  failure: string | undefined;
  isCancelled: boolean;
}

export class PoolTarget implements Target {
  readonly bytesPerToken: number;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly pids: readonly number[] = [process.pid];
  readonly #pool: SamplerPool;
  readonly #spec: PoolTargetSpec;
  readonly #plans: readonly Plan[];
  readonly #history: History;
  readonly #waiting: { request: PlannedRequest; batch: Batch }[] = [];
  readonly #bySlot: (Batch | undefined)[] = [];
  readonly #free: number[] = [];
  readonly #result = createResult(20);
  #underWay = 0;
  #isLooping = false;

  private constructor(pool: SamplerPool, spec: PoolTargetSpec, plans: readonly Plan[]) {
    this.#pool = pool;
    this.#spec = spec;
    this.#plans = plans;
    this.#history = pool.openHistory([], 1)!;
    this.bytesPerToken = spec.vocabSize * dtypeBytes[spec.dtype];
    this.facts = { workers: pool.workers, slots: pool.slotCount };
    while (pool.freeSlots > 0) this.#free.push(pool.acquire());
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
    const batch: Batch = { call, left: this.#spec.batchSize, failure: undefined, isCancelled: false };
    this.#waiting.push({ request, batch });
    if (!this.#isLooping) void this.#loop();
    return { cancel: () => void (batch.isCancelled = true) };
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  /** Waits for rows and hands out slots until no request is left. */
  async #loop(): Promise<void> {
    this.#isLooping = true;
    // `send` must not answer.
    await new Promise(setImmediate);
    let nextTurnMs = performance.now() + 2;
    while (this.#waiting.length > 0 || this.#underWay > 0) {
      this.#submitWaiting();
      for (const slot of await this.#pool.completed()) this.#onRow(slot);
      // Promises alone would keep timers and signals out.
      if (performance.now() < nextTurnMs) continue;
      await new Promise(setImmediate);
      nextTurnMs = performance.now() + 2;
    }
    this.#isLooping = false;
  }

  #submitWaiting(): void {
    const { batchSize, writeRows } = this.#spec;
    while (this.#free.length >= batchSize) {
      const next = this.#waiting.shift();
      if (!next) return;
      const { batch, request } = next;
      if (batch.isCancelled) continue;
      for (let i = 0; i < batchSize; i++) {
        const slot = this.#free.pop()!;
        this.#bySlot[slot] = batch;
        this.#pool.submit(slot, {
          plan: this.#plans[request.setting]!,
          history: this.#history,
          seed: BigInt(request.index),
          sequenceId: BigInt(i),
          position: request.index % 2 ** 31,
          writeRow: writeRows,
        });
        this.#underWay++;
      }
    }
  }

  #onRow(slot: number): void {
    const batch = this.#bySlot[slot]!;
    this.#bySlot[slot] = undefined;
    this.#free.push(slot);
    this.#underWay--;
    this.#pool.readResult(slot, this.#result);
    if (this.#result.status !== "ok") batch.failure ??= this.#result.status;
    if (--batch.left > 0 || batch.isCancelled) return;
    if (batch.failure !== undefined) return batch.call.fail(batch.failure, `a row ended with ${batch.failure}`);
    batch.call.rows(this.#spec.batchSize);
    batch.call.done();
  }

  async #writeAllRows(): Promise<void> {
    for (const slot of this.#free) {
      this.#pool.submit(slot, {
        plan: this.#plans[0]!,
        history: this.#history,
        seed: 0n,
        sequenceId: BigInt(slot),
        position: 0,
        writeRow: true,
      });
    }
    let left = this.#free.length;
    while (left > 0) left -= (await this.#pool.completed()).length;
  }
}
