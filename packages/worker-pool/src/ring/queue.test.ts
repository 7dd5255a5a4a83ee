import { strict as assert } from "node:assert";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JobQueue } from "./queue.ts";
import { RowCost } from "../memory/rowCost.ts";
import { Watchdog } from "./watchdog.ts";
import {
  CONTROL_HEAD,
  CONTROL_IMPATIENT,
  CONTROL_TAIL,
  layOutSlab,
  MAX_TICKETS_TAKEN,
  type Slab,
} from "../memory/slab.ts";
import { WorkerQueue } from "./workerQueue.ts";

function openQueue(
  slotCount: number,
  workers: number,
  rowCost: RowCost = new RowCost(),
): { slab: Slab; words: Int32Array; queue: JobQueue } {
  const slab = layOutSlab({
    vocabSize: 1,
    dtype: "f32",
    slotCount,
    maxLogprobs: 0,
    maxLogprobTokenIds: 0,
    maxSamplingMask: 0,
    workers,
    workspaceBytes: 64,
    tablesBytes: 0,
    arenaBytes: 64,
  });
  const words = new Int32Array(new SharedArrayBuffer(slab.totalBytes));
  return { slab, words, queue: new JobQueue(slab, words, rowCost, new Watchdog(Number.POSITIVE_INFINITY, () => {})) };
}

/** A worker that the test moves one step at a time. */
class SteppedWorker {
  incarnation: number;
  #queue: WorkerQueue;
  /** Tickets that are taken and not tried. */
  #taken: number[] = [];
  #claimed: number | undefined;
  #unreported = 0;
  readonly #slab: Slab;
  readonly #words: Int32Array;
  readonly #most: number;

  constructor(slab: Slab, words: Int32Array, incarnation: number, most = 1) {
    this.#slab = slab;
    this.#words = words;
    this.incarnation = incarnation;
    this.#queue = new WorkerQueue(slab, words, incarnation);
    this.#most = most;
  }

  get claimed(): number | undefined {
    return this.#claimed;
  }

  /** Takes tickets, claims a slot, finishes its row, or reports the rows of its tickets. False if there is nothing to do. */
  step(): boolean {
    const queue = this.#queue;
    if (this.#claimed !== undefined) {
      queue.finish(this.#claimed);
      this.#claimed = undefined;
      this.#unreported++;
    } else if (this.#taken.length > 0) {
      const slot = this.#taken.shift()!;
      if (queue.claim(slot)) this.#claimed = slot;
    } else if (this.#unreported > 0) {
      queue.report(this.#unreported, 0.5);
      this.#unreported = 0;
    } else {
      this.#taken = [...queue.taken.subarray(0, queue.take(this.#most))];
      return this.#taken.length > 0;
    }
    return true;
  }

  /** Steals a row if it has no tickets; whether the ring is empty the test decides. */
  steal(): void {
    if (this.#claimed !== undefined || this.#taken.length > 0 || this.#unreported > 0) return;
    const slot = this.#queue.steal();
    if (slot >= 0) this.#claimed = slot;
  }

  die(incarnation: number): void {
    this.#taken = [];
    this.#claimed = undefined;
    this.#unreported = 0;
    this.incarnation = incarnation;
    this.#queue = new WorkerQueue(this.#slab, this.#words, incarnation);
  }
}

/** Host and workers, moved by a list of commands; checks after each that no row is lost, doubled or owned twice. */
class Drill {
  readonly #slab: Slab;
  readonly #words: Int32Array;
  readonly #queue: JobQueue;
  readonly #workers: SteppedWorker[];
  readonly #idle: Set<number>;
  readonly #inFlight = new Set<number>();
  #incarnations = 0;
  collected = 0;
  lost = 0;

  constructor(slotCount: number, workers: number, firstTicket = 0, most = 1) {
    const { slab, words, queue } = openQueue(slotCount, workers);
    this.#slab = slab;
    this.#words = words;
    this.#queue = queue;
    words[(slab.control >> 2) + CONTROL_HEAD] = firstTicket;
    words[(slab.control >> 2) + CONTROL_TAIL] = firstTicket;
    this.#idle = new Set(Array.from({ length: slotCount }, (_, slot) => slot));
    this.#workers = Array.from({ length: workers }, () => new SteppedWorker(slab, words, this.#incarnations++, most));
  }

  submit(most: number): void {
    for (const slot of [...this.#idle].slice(0, most)) {
      this.#idle.delete(slot);
      this.#inFlight.add(slot);
      this.#queue.submit(slot);
    }
    this.#queue.publish();
    this.#check();
  }

  step(index: number): boolean {
    const didSomething = this.#workers[index % this.#workers.length]!.step();
    this.#check();
    return didSomething;
  }

  /** As `worker.ts` does: looks at the ring, `between` happens, steals if it was empty. */
  steal(index: number, between: () => void): void {
    const worker = this.#workers[index % this.#workers.length]!;
    const control = this.#slab.control >> 2;
    const isEmpty = this.#words[control + CONTROL_HEAD] === this.#words[control + CONTROL_TAIL];
    between();
    if (isEmpty) worker.steal();
    this.#check();
  }

  die(index: number): void {
    const worker = this.#workers[index % this.#workers.length]!;
    const dead = worker.incarnation;
    worker.die(this.#incarnations++);
    for (const slot of this.#queue.recover(dead)) {
      this.lost++;
      this.#queue.markDone(slot);
    }
    this.#check();
  }

  collect(): void {
    for (const slot of this.#queue.collect()) {
      assert.ok(this.#inFlight.delete(slot), `slot ${slot} was reported, but is not in flight`);
      this.#idle.add(slot);
      this.collected++;
    }
  }

  /** Lets everybody finish without further deaths. */
  finish(): void {
    while (this.#workers.map((worker) => worker.step()).includes(true)) this.#check();
    this.collect();
    assert.deepEqual([...this.#inFlight], []);
  }

  #check(): void {
    const control = this.#slab.control >> 2;
    const tickets = (this.#words[control + CONTROL_TAIL]! - this.#words[control + CONTROL_HEAD]!) | 0;
    const places = this.#slab.ringMask + 1;
    assert.ok(tickets >= 0 && tickets <= places, `${tickets} tickets on a ring of ${places}`);
    const owned = this.#workers.flatMap(({ claimed }) => (claimed === undefined ? [] : [claimed]));
    assert.equal(new Set(owned).size, owned.length);
  }
}

describe("JobQueue", () => {
  const command = fc.tuple(
    fc.constantFrom(
      "submit" as const,
      "step" as const,
      "step" as const,
      "step" as const,
      "die" as const,
      "collect" as const,
      "steal" as const,
      "submitAndSteal" as const,
    ),
    fc.nat(39),
  );

  it("loses, doubles and double-owns no row in any interleaving of steps and deaths, nor overflows its ring", () => {
    const property = (
      slots: number,
      workers: number,
      mostTickets: number,
      firstTicket: number,
      commands: [string, number][],
    ) => {
      const drill = new Drill(slots, workers, firstTicket, mostTickets);
      for (const [name, argument] of commands) {
        if (name === "submit") drill.submit(argument + 1);
        else if (name === "step") drill.step(argument);
        else if (name === "die") drill.die(argument);
        else if (name === "steal") drill.steal(argument, () => {});
        else if (name === "submitAndSteal") drill.steal(argument, () => drill.submit(argument + 1));
        else drill.collect();
      }
      drill.finish();
    };
    const commands = fc.array(command, { minLength: 20, maxLength: 300, size: "max" });
    const firstTicket = fc.constantFrom(0, 2 ** 31 - 20, -20);
    const slots = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 30, max: 90 }));
    const workers = fc.integer({ min: 1, max: 5 });
    const mostTickets = fc.integer({ min: 1, max: MAX_TICKETS_TAKEN });
    fc.assert(fc.property(slots, workers, mostTickets, firstTicket, commands, property), { numRuns: 2000 });
  });

  it("queues again a row whose ticket died with a worker before it was claimed", () => {
    const drill = new Drill(1, 2);
    drill.submit(1);
    expect(drill.step(0)).toBe(true);
    expect(drill.step(1)).toBe(false);
    drill.die(0);
    drill.finish();
    expect(drill).toMatchObject({ collected: 1, lost: 0 });
  });

  it("lets a worker without tickets do the rows that another's tickets hold, each once", () => {
    const { slab, words, queue } = openQueue(64, 1);
    const [slow, idle] = [0, 1].map((incarnation) => new WorkerQueue(slab, words, incarnation)) as [
      WorkerQueue,
      WorkerQueue,
    ];
    for (let slot = 0; slot < 16; slot++) queue.submit(slot);
    queue.publish();
    expect(slow.take(4)).toBe(4);
    while (idle.take(16) > 0);
    expect(slow.claim(0)).toBe(true);
    const stolen = Array.from({ length: 16 }, () => idle.steal());
    expect(stolen).toEqual([...Array.from({ length: 15 }, (_, i) => i + 1), -1]);
    for (let slot = 1; slot < 4; slot++) expect(slow.claim(slot)).toBe(false);
  });

  it("holds the tickets of one slot when each of 8 workers stops with one taken while another dies", () => {
    const drill = new Drill(1, 9);
    drill.submit(1);
    for (let worker = 0; worker < 8; worker++) {
      expect(drill.step(worker)).toBe(true);
      drill.die(8);
    }
    for (let worker = 0; worker < 8; worker++) {
      drill.step(worker);
      drill.step(worker);
      drill.step(worker);
      drill.collect();
      drill.submit(1);
    }
    drill.finish();
    expect(drill).toMatchObject({ collected: 9, lost: 0 });
  });

  it("gives up a row after its third worker died, and only that row", () => {
    const drill = new Drill(2, 2);
    drill.submit(2);
    drill.step(1);
    drill.step(1);
    for (let death = 0; death < 3; death++) {
      expect(drill.lost).toBe(0);
      drill.step(0);
      drill.step(0);
      drill.die(0);
    }
    expect(drill.lost).toBe(1);
    drill.finish();
    expect(drill).toMatchObject({ collected: 2, lost: 1 });
  });

  it("a host that waits is woken by the worker that reaches its target, and by wakeHost", async () => {
    const { slab, words, queue } = openQueue(4, 1);
    const worker = new SteppedWorker(slab, words, 0);
    for (let slot = 0; slot < 4; slot++) queue.submit(slot);
    queue.publish();
    const first = queue.collectSome();
    for (let step = 0; step < 8; step++) worker.step();
    expect(await first).toEqual([0, 1]);
    const second = queue.collectSome();
    queue.markDone(3);
    queue.wakeHost();
    expect(await second).toEqual([3]);
    while (worker.step());
    expect(await queue.collectSome()).toEqual([2]);
    expect(await queue.collectSome()).toEqual([]);
  });

  it("a worker that reports several rows at once wakes the host that waits for the first of them", async () => {
    const { slab, words, queue } = openQueue(3, 1);
    const worker = new WorkerQueue(slab, words, 0);
    for (let slot = 0; slot < 3; slot++) queue.submit(slot);
    queue.publish();
    const done = queue.collectSome();
    for (let slot = 0; slot < 3; slot++) {
      worker.take(1);
      worker.claim(slot);
      worker.finish(slot);
    }
    worker.report(3, 0.1);
    expect(await done).toEqual([0, 1, 2]);
  });

  it.each([
    ["half of much work, then for all that is left", 0.5, [16, 16]],
    ["the whole of little work", 0.001, [32]],
  ] as const)("waits for %s", async (_, rowMs, waits) => {
    const rowCost = new RowCost();
    rowCost.add(1000, 1000 * rowMs);
    const { slab, words, queue } = openQueue(8, 1, rowCost);
    const worker = new SteppedWorker(slab, words, 0);
    for (let slot = 0; slot < 8; slot++) queue.submit(slot);
    queue.publish();
    for (const steps of waits) {
      let isDone = false;
      const done = queue.collectSome().then(() => (isDone = true));
      // a row takes four steps
      for (let step = 0; step < steps; step++) {
        await new Promise((resolve) => setImmediate(resolve));
        expect(isDone).toBe(false);
        expect(worker.step()).toBe(true);
      }
      await done;
    }
    expect(queue.inFlight).toBe(0);
  });

  it("waits no longer for others once rows are done, nor later for those that were late", async () => {
    const { slab, words, queue } = openQueue(8, 2);
    const [slow, quick] = [0, 1].map((incarnation) => new SteppedWorker(slab, words, incarnation)) as [
      SteppedWorker,
      SteppedWorker,
    ];
    for (let slot = 0; slot < 8; slot++) queue.submit(slot);
    queue.publish();
    slow.step();
    slow.step(); // it owns a row, and keeps it
    for (let step = 0; step < 8; step++) quick.step();
    const done = queue.collectSome(); // half would be 4
    words[(slab.control >> 2) + CONTROL_IMPATIENT] = 1; // as the ticker does when the first wait has lasted too long
    queue.wakeHost();
    expect(await done).toHaveLength(2);
    while (quick.step());
    expect(await queue.collectSome()).toHaveLength(5);
    for (let slot = 0; slot < 8 && queue.inFlight < 3; slot++) queue.submit(slot);
    expect(queue.inFlight).toBe(3);
  });

  it("learns from the workers what a row costs", async () => {
    const rowCost = new RowCost();
    const { slab, words, queue } = openQueue(4, 2, rowCost);
    const workers = [0, 1].map((incarnation) => new WorkerQueue(slab, words, incarnation));
    for (const ms of [0.25, 3]) {
      for (let slot = 0; slot < 4; slot++) queue.submit(slot);
      queue.publish();
      for (let row = 0; row < 4; row++) {
        const worker = workers[row & 1]!;
        expect(worker.take(1)).toBe(1);
        expect(worker.claim(worker.taken[0]!)).toBe(true);
        worker.finish(worker.taken[0]!);
        worker.report(1, ms);
      }
      await queue.collectSome();
    }
    // the second four count 4 of 68
    expect(rowCost.meanMs).toBeCloseTo(0.25 + (2.75 * 4) / 68, 6);
  });

  it("lets a worker take a share of what is queued, one ticket at the end and when rows are dear", () => {
    const { slab, words, queue } = openQueue(200, 2);
    const worker = new WorkerQueue(slab, words, 0);
    for (let slot = 0; slot < 200; slot++) queue.submit(slot);
    queue.publish();
    expect(worker.take()).toBe(1); // what rows cost it does not know yet
    worker.report(1, 1);
    expect(worker.take()).toBe(1);
    worker.report(1, 0.0001);
    const counts: number[] = [];
    const slots: number[] = [];
    for (let count = worker.take(); count > 0; count = worker.take()) {
      counts.push(count);
      slots.push(...worker.taken.subarray(0, count));
    }
    expect(slots).toEqual(Array.from({ length: 198 }, (_, i) => i + 2));
    expect(Math.max(...counts)).toBe(MAX_TICKETS_TAKEN);
    expect(counts.slice(-15)).toEqual(new Array(15).fill(1));
  });

  it("does not take workers' rows for done because the host did as many before", () => {
    const { queue } = openQueue(2, 1);
    queue.submit(0);
    queue.finish(queue.takeUnpublished());
    expect(queue.collect()).toEqual([0]);
    queue.submit(1);
    queue.publish();
    expect(queue.collect()).toEqual([]);
  });

  it("lets the host do rows itself until they are published, and keeps what is not", () => {
    const { slab, words, queue } = openQueue(4, 1);
    expect(queue.unpublished).toBe(0);
    queue.submit(2);
    queue.submit(1);
    expect(queue.unpublished).toBe(2);
    queue.finish(queue.takeUnpublished());
    expect(queue.unpublished).toBe(1);
    queue.publish();
    queue.submit(3);
    expect([queue.unpublished, queue.inFlight]).toEqual([1, 3]);
    expect(queue.collect()).toEqual([2]);
    const worker = new SteppedWorker(slab, words, 0);
    while (worker.step());
    expect(queue.collect()).toEqual([1]);
    expect([queue.unpublished, queue.inFlight]).toEqual([1, 1]);
    expect(queue.takeUnpublished()).toBe(3);
  });
});
