import { strict as assert } from "node:assert";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JobQueue } from "./queue.ts";
import {
  CLAIMED_BASE,
  CONTROL_DONE_COUNT,
  CONTROL_HEAD,
  CONTROL_TAIL,
  CONTROL_WAKE,
  CONTROL_WAKE_TARGET,
  layOutSlab,
  type Slab,
  SLOT_DONE,
  SLOT_QUEUED,
} from "./slab.ts";

function openQueue(slotCount: number, workers: number): { slab: Slab; words: Int32Array; queue: JobQueue } {
  const slab = layOutSlab({
    vocabSize: 1,
    dtype: "f32",
    slotCount,
    maxLogprobs: 0,
    workers,
    workspaceBytes: 64,
    tablesBytes: 0,
    arenaBytes: 64,
  });
  const words = new Int32Array(new SharedArrayBuffer(slab.totalBytes));
  return { slab, words, queue: new JobQueue(slab, words) };
}

/** A worker that the test moves one atomic step at a time, on the same words as `worker.ts`. */
class SteppedWorker {
  incarnation: number;
  #hand: { slot: number; isClaimed: boolean } | undefined;
  readonly #slab: Slab;
  readonly #words: Int32Array;

  constructor(slab: Slab, words: Int32Array, incarnation: number) {
    this.#slab = slab;
    this.#words = words;
    this.incarnation = incarnation;
  }

  get claimed(): number | undefined {
    return this.#hand?.isClaimed ? this.#hand.slot : undefined;
  }

  /** Takes a ticket, claims its slot, or finishes the row. False if there is nothing to do. */
  step(): boolean {
    const words = this.#words;
    const control = this.#slab.control >> 2;
    const states = this.#slab.states >> 2;
    if (!this.#hand) {
      const head = Atomics.load(words, control + CONTROL_HEAD);
      if (head === Atomics.load(words, control + CONTROL_TAIL)) return false;
      this.#hand = { slot: words[(this.#slab.ring >> 2) + (head & this.#slab.ringMask)]!, isClaimed: false };
      Atomics.store(words, control + CONTROL_HEAD, (head + 1) | 0);
    } else if (!this.#hand.isClaimed) {
      const { slot } = this.#hand;
      const claim = CLAIMED_BASE + this.incarnation;
      const isMine = Atomics.compareExchange(words, states + slot, SLOT_QUEUED, claim) === SLOT_QUEUED;
      this.#hand = isMine ? { slot, isClaimed: true } : undefined;
    } else {
      Atomics.store(words, states + this.#hand.slot, SLOT_DONE);
      this.#hand = undefined;
      const done = Atomics.add(words, control + CONTROL_DONE_COUNT, 1) + 1;
      if (done === Atomics.load(words, control + CONTROL_WAKE_TARGET)) {
        Atomics.add(words, control + CONTROL_WAKE, 1);
        Atomics.notify(words, control + CONTROL_WAKE);
      }
    }
    return true;
  }

  die(incarnation: number): void {
    this.#hand = undefined;
    this.incarnation = incarnation;
  }
}

/** Host and workers, moved by a list of commands; checks after each that no row is lost, doubled or owned twice. */
class Drill {
  readonly #slab: Slab;
  readonly #words: Int32Array;
  readonly #queue: JobQueue;
  readonly #workers: SteppedWorker[];
  readonly #idle: Set<number>;
  readonly #underWay = new Set<number>();
  #incarnations = 0;
  collected = 0;
  lost = 0;

  constructor(slotCount: number, workers: number, firstTicket = 0) {
    const { slab, words, queue } = openQueue(slotCount, workers);
    this.#slab = slab;
    this.#words = words;
    this.#queue = queue;
    words[(slab.control >> 2) + CONTROL_HEAD] = firstTicket;
    words[(slab.control >> 2) + CONTROL_TAIL] = firstTicket;
    this.#idle = new Set(Array.from({ length: slotCount }, (_, slot) => slot));
    this.#workers = Array.from({ length: workers }, () => new SteppedWorker(slab, words, this.#incarnations++));
  }

  submit(most: number): void {
    for (const slot of [...this.#idle].slice(0, most)) {
      this.#idle.delete(slot);
      this.#underWay.add(slot);
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
      assert.ok(this.#underWay.delete(slot), `slot ${slot} was reported, but is not under way`);
      this.#idle.add(slot);
      this.collected++;
    }
  }

  /** Lets everybody finish without further deaths. */
  finish(): void {
    while (this.#workers.map((worker) => worker.step()).includes(true)) this.#check();
    this.collect();
    assert.deepEqual([...this.#underWay], []);
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
    ),
    fc.nat(7),
  );

  it("loses, doubles and double-owns no row in any interleaving of steps and deaths, nor overflows its ring", () => {
    const property = (slots: number, workers: number, firstTicket: number, commands: [string, number][]) => {
      const drill = new Drill(slots, workers, firstTicket);
      for (const [name, argument] of commands) {
        if (name === "submit") drill.submit(argument + 1);
        else if (name === "step") drill.step(argument);
        else if (name === "die") drill.die(argument);
        else drill.collect();
      }
      drill.finish();
    };
    const commands = fc.array(command, { minLength: 20, maxLength: 300, size: "max" });
    const firstTicket = fc.constantFrom(0, 2 ** 31 - 20, -20);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 5 }), firstTicket, commands, property),
      {
        numRuns: 2000,
      },
    );
  });

  it("queues again a row whose ticket died in a worker's hand before it was claimed", () => {
    const drill = new Drill(1, 2);
    drill.submit(1);
    expect(drill.step(0)).toBe(true);
    expect(drill.step(1)).toBe(false);
    drill.die(0);
    drill.finish();
    expect(drill).toMatchObject({ collected: 1, lost: 0 });
  });

  it("holds the tickets of one slot when each of 8 workers stops with one in hand while another dies", () => {
    const drill = new Drill(1, 9);
    drill.submit(1);
    for (let worker = 0; worker < 8; worker++) {
      expect(drill.step(worker)).toBe(true);
      drill.die(8);
    }
    for (let worker = 0; worker < 8; worker++) {
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
    for (let step = 0; step < 6; step++) worker.step();
    expect(await first).toEqual([0, 1]);
    const second = queue.collectSome();
    queue.markDone(3);
    queue.wakeHost();
    expect(await second).toEqual([3]);
    while (worker.step());
    expect(await queue.collectSome()).toEqual([2]);
    expect(await queue.collectSome()).toEqual([]);
  });

  it("keeps back a tiny batch only while nothing else is under way", () => {
    const { queue } = openQueue(4, 1);
    expect(queue.takeTinyBatch(1)).toBeUndefined();
    queue.submit(0);
    queue.submit(1);
    expect(queue.takeTinyBatch(1)).toBeUndefined();
    expect(queue.takeTinyBatch(2)).toEqual([0, 1]);
    queue.submit(2);
    expect(queue.takeTinyBatch(1)).toBeUndefined();
  });
});
