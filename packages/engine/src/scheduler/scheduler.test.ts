import type { BatchRow } from "@tokenmill/core";
import { describe, expect, it } from "vitest";
import { createEngine } from "../engine.ts";
import type { SequenceHandle } from "../handle.ts";
import type { Engine } from "../types.ts";
import { SequenceError } from "../errors.ts";
import { collect, hashBatchSource, hashSource, run, tokensOf } from "../testing/sources.ts";

const ignore = { next() {}, error() {}, complete() {} };

async function withEngine(options: Parameters<typeof createEngine>[0], body: (engine: Engine) => Promise<void>) {
  const engine = await createEngine(options);
  try {
    await body(engine);
    const { open, active, freeSlots } = engine.stats();
    const slots = options.slots ?? options.pool!.slotCount;
    expect({ open, active, freeSlots }).toEqual({ open: 0, active: 0, freeSlots: slots });
  } finally {
    await engine.close();
  }
}

describe("10,000 sequences", () => {
  it("are open at once on 64 slots and all finish with their own tokens", async () => {
    await withEngine({ source: hashSource({ vocabSize: 32 }), workers: 2, slots: 64, seed: 3 }, async (engine) => {
      const request = (sequenceId: number) => ({ sequenceId, prompt: [sequenceId % 32], maxTokens: 4 });
      const runs = Array.from({ length: 10_000 }, (_, sequenceId) => run(engine, request(sequenceId)));
      expect(engine.stats().open).toBe(10_000);
      const outcomes = await Promise.all(runs);
      for (const [sequenceId, { events, error }] of outcomes.entries()) {
        expect(error).toBeUndefined();
        expect(events.map((event) => event.sequenceId)).toEqual([sequenceId, sequenceId, sequenceId, sequenceId]);
      }
      for (const sequenceId of [0, 4_711, 9_999]) {
        const alone = await run(engine, request(sequenceId));
        expect(alone.events).toEqual(outcomes[sequenceId]!.events);
      }
    });
  });

  it("take ready: none is more than one token ahead of another", async () => {
    await withEngine({ source: hashSource({ vocabSize: 16 }), workers: 0, slots: 64 }, async (engine) => {
      const atLength = [10_000, 0, 0, 0, 0];
      const runs = Array.from({ length: 10_000 }, () =>
        run(engine, { maxTokens: 4 }, ({ index }) => {
          atLength[index]!--;
          atLength[index + 1]!++;
          const occupied = atLength.flatMap((count, length) => (count > 0 ? [length] : []));
          expect(occupied.at(-1)! - occupied[0]!).toBeLessThanOrEqual(1);
        }),
      );
      await Promise.all(runs);
    });
  });
});

describe("a sequence that fails", () => {
  it.each([0, 2])("leaves its neighbours' tokens as they are (%i workers)", async (workers) => {
    const requests = Array.from({ length: 12 }, (_, sequenceId) => ({ sequenceId, maxTokens: 10, seed: 1 }));
    const good: number[][] = [];
    await withEngine({ source: hashSource(), workers, slots: 4 }, async (engine) => {
      good.push(...(await Promise.all(requests.map((request) => tokensOf(engine, request)))));
    });
    const faults = { 3: "nan", 7: "throw" } as const;
    await withEngine({ source: hashSource({ faults }), workers, slots: 4 }, async (engine) => {
      const outcomes = await Promise.all(requests.map((request) => run(engine, request)));
      const expected = good.map((ids, i) => (i in faults ? ids.slice(0, 3) : ids));
      expect(outcomes.map(({ events }) => events.map(({ tokenId }) => tokenId))).toEqual(expected);
      expect(outcomes.flatMap(({ error }, i) => (error === undefined ? [] : [i]))).toEqual([3, 7]);
      expect(outcomes[3]!.error).toBeInstanceOf(SequenceError);
      expect(outcomes[3]!.error).toMatchObject({ code: "nan_logits", sequenceId: 3, index: 3 });
      expect(outcomes[7]!.error).toMatchObject({ code: "source_failed", sequenceId: 7, index: 3 });
      expect((outcomes[7]!.error as Error).message).toContain("planted source error");
      expect(engine.stats()).toMatchObject({ failed: 2, finished: 10 });
    });
  });

  it("that kills its worker ends with worker_lost, the others finish", async () => {
    await withEngine(
      { source: hashSource({ faults: { 2: "exit" } }), workers: 2, slots: 4, inlineRows: 0 },
      async (engine) => {
        const outcomes = await Promise.all(
          [0, 1, 2, 3, 4].map((sequenceId) => run(engine, { sequenceId, maxTokens: 30 })),
        );
        expect(outcomes.map(({ error }) => (error as SequenceError | undefined)?.code)).toEqual([
          undefined,
          undefined,
          "worker_lost",
          undefined,
          undefined,
        ]);
        expect(outcomes.map(({ events }) => events.length)).toEqual([30, 30, 3, 30, 30]);
      },
    );
  });

  it("because its observer threw is told so, the loop goes on", async () => {
    await withEngine({ source: hashSource(), workers: 1, slots: 2 }, async (engine) => {
      const bystander = run(engine, { maxTokens: 50 });
      const { events, error } = await run(engine, { sequenceId: 9, maxTokens: 50 }, ({ index }) => {
        if (index === 4) throw new TypeError("planted observer error");
      });
      expect(events).toHaveLength(5);
      expect(error).toMatchObject({
        code: "observer_failed",
        sequenceId: 9,
        cause: new TypeError("planted observer error"),
      });
      expect((await bystander).events).toHaveLength(50);
      const last = await run(engine, { maxTokens: 3 }, ({ finishReason }) => {
        if (finishReason) throw new TypeError("planted observer error");
      });
      expect(last.error).toMatchObject({ code: "observer_failed" });
    });
  });
});

describe("a slow sequence", () => {
  it("does not hold up others, neither those there nor those that join", async () => {
    await withEngine(
      { source: hashSource({ slow: { 1: 60 } }), workers: 2, slots: 8, inlineRows: 0 },
      async (engine) => {
        let slowTokens = 0;
        const slow = run(engine, { sequenceId: 1, maxTokens: 8 }, () => slowTokens++);
        const quick = await Promise.all([10, 11, 12].map((sequenceId) => run(engine, { sequenceId, maxTokens: 200 })));
        expect(quick.every(({ events }) => events.length === 200)).toBe(true);
        await run(engine, { sequenceId: 20, maxTokens: 100 });
        expect(slowTokens).toBeLessThan(8);
        expect((await slow).events).toHaveLength(8);
      },
    );
  });

  it("that is paused gives at most one more event, and goes on where it was", async () => {
    await withEngine({ source: hashSource(), workers: 1, slots: 2 }, async (engine) => {
      const request = { sequenceId: 5, maxTokens: 40 };
      const expected = await tokensOf(engine, request);
      const ids: number[] = [];
      let handle!: SequenceHandle;
      const done = new Promise<void>((resolve) => {
        handle = engine.open(request, {
          ...ignore,
          next({ tokenId, index }) {
            ids.push(tokenId);
            if (index === 10) handle.pause();
          },
          complete: resolve,
        });
      });
      const { events } = await run(engine, { sequenceId: 6, maxTokens: 200 });
      expect(events).toHaveLength(200);
      expect(ids.length).toBeGreaterThanOrEqual(11);
      expect(ids.length).toBeLessThanOrEqual(12);
      expect(handle.phase).toBe("paused");
      handle.resume();
      handle.resume();
      await done;
      expect(ids).toEqual(expected);
    });
  });
});

describe("cancelling", () => {
  it("frees the slot within one step, whatever the sequence was doing", async () => {
    await withEngine({ source: hashSource(), workers: 2, slots: 2, maxSequences: 3 }, async (engine) => {
      const counts = new Array<number>(5).fill(0);
      const handles = counts.map((_, sequenceId) =>
        engine.open({ sequenceId, maxTokens: 1e5 }, { ...ignore, next: () => counts[sequenceId]!++ }),
      );
      while (counts[2]! < 5) await new Promise((resolve) => setImmediate(resolve));
      expect(handles.map(({ phase }) => phase).slice(3)).toEqual(["waiting", "waiting"]);
      for (const handle of handles) {
        handle.cancel();
        handle.cancel();
        expect(handle.phase).toBe("ended");
      }
      const before = [...counts];
      const rows = engine.stats().pool.rowsSampled;
      await run(engine, { sequenceId: 0, maxTokens: 1 });
      expect(counts).toEqual(before);
      expect(engine.stats().pool.rowsSampled - rows).toBeLessThanOrEqual(3);
      expect(engine.stats()).toMatchObject({ cancelled: 5, finished: 1 });
    });
  });

  it("10,000 times while rows are in flight leaves nothing behind", async () => {
    await withEngine(
      { source: hashSource({ vocabSize: 16 }), workers: 2, slots: 16, arenaBytes: 2 ** 20 },
      async (engine) => {
        for (let round = 0; round < 20; round++) {
          const handles = Array.from({ length: 500 }, () => engine.open({ prompt: [1, 2], maxTokens: 1000 }, ignore));
          await new Promise((resolve) => setImmediate(resolve));
          for (const handle of handles) handle.cancel();
        }
        await run(engine, { maxTokens: 5 });
        expect(engine.stats().cancelled).toBe(10_000);
      },
    );
  });
});

describe("limits", () => {
  it("holds back what exceeds maxSequences, in order of arrival", async () => {
    await withEngine({ source: hashSource(), workers: 1, slots: 8, maxSequences: 2 }, async (engine) => {
      const order: number[] = [];
      const runs = [0, 1, 2, 3, 4, 5].map((sequenceId) =>
        run(engine, { sequenceId, maxTokens: 5 }, ({ index }) => {
          if (index === 0) order.push(sequenceId);
          expect(engine.stats().open - engine.stats().queued).toBeLessThanOrEqual(2);
        }),
      );
      await Promise.all(runs);
      expect(order).toEqual([0, 1, 2, 3, 4, 5]);
    });
  });

  it("waits while the shared memory is full, and refuses alone what can never fit", async () => {
    await withEngine({ source: hashSource(), workers: 1, slots: 4, arenaBytes: 16_384 }, async (engine) => {
      const large = { prompt: new Array<number>(500).fill(1), maxTokens: 1000 };
      const runs = Array.from({ length: 6 }, () => run(engine, large));
      const never = run(engine, { maxTokens: 5000 });
      const small = run(engine, { maxTokens: 10 });
      expect((await never).error).toMatchObject({ code: "request_too_large", index: 0 });
      for (const { events } of await Promise.all(runs)) expect(events).toHaveLength(1000);
      expect((await small).events).toHaveLength(10);
    });
  });
});

describe("the event loop", () => {
  it.each([0, 1, 2])("runs its timers under load (%i workers)", async (workers) => {
    await withEngine({ source: hashSource({ vocabSize: 16 }), workers, slots: 64 }, async (engine) => {
      let rounds = 0;
      const timer = setInterval(() => rounds++, 1);
      await Promise.all(Array.from({ length: 200 }, () => run(engine, { maxTokens: 300 })));
      clearInterval(timer);
      // 60,000 tokens: without yielding there would be one or two
      expect(rounds).toBeGreaterThan(5);
    });
  });
});

describe("a batch source", () => {
  it("fails one row, or a whole batch, and nothing else", async () => {
    const plain = hashBatchSource();
    let expected: number[][] = [];
    const requests = [0, 1, 2, 3, 4, 5].map((sequenceId) => ({ sequenceId, maxTokens: 12, seed: 5 }));
    await withEngine({ source: plain, workers: 2, slots: 4 }, async (engine) => {
      expected = await Promise.all(requests.map((request) => tokensOf(engine, request)));
    });
    expect(new Set(plain.closed)).toEqual(new Set([0n, 1n, 2n, 3n, 4n, 5n]));
    const failing = hashBatchSource(async (rows) =>
      rows.map(({ sequenceId, position }) => (sequenceId === 2n && position === 6 ? new Error("row lost") : undefined)),
    );
    await withEngine({ source: failing, workers: 2, slots: 4 }, async (engine) => {
      const outcomes = await Promise.all(requests.map((request) => run(engine, request)));
      expect(outcomes[2]!.error).toMatchObject({ code: "source_failed", index: 6 });
      expect((outcomes[2]!.error as Error).message).toContain("row lost");
      for (const i of [0, 1, 3, 4, 5]) expect(outcomes[i]!.events.map(({ tokenId }) => tokenId)).toEqual(expected[i]);
    });
    let batches = 0;
    const rejecting = hashBatchSource(async () => {
      if (++batches === 3) throw new Error("connection lost");
      return undefined;
    });
    await withEngine({ source: rejecting, workers: 2, slots: 4 }, async (engine) => {
      const outcomes = await Promise.all(requests.map((request) => run(engine, request)));
      const failed = outcomes.filter(({ error }) => error !== undefined);
      expect(failed.length).toBeGreaterThan(0);
      expect(failed.length).toBeLessThanOrEqual(2);
      for (const { error } of failed) expect((error as Error).message).toContain("connection lost");
    });
  });

  it("gets batches as large as the load allows, at most half of the slots, one at a time", async () => {
    const sizes: number[] = [];
    let fillsInFlight = 0;
    const source = hashBatchSource(async (rows: readonly BatchRow[]) => {
      expect(++fillsInFlight).toBe(1);
      sizes.push(rows.length);
      await new Promise((resolve) => setTimeout(resolve, 1));
      fillsInFlight--;
      return undefined;
    });
    await withEngine({ source, workers: 2, slots: 16 }, async (engine) => {
      await Promise.all(Array.from({ length: 5 }, () => run(engine, { maxTokens: 10 })));
      expect(sizes.reduce((sum, size) => sum + size)).toBe(50);
      expect(Math.max(...sizes)).toBe(5);
      sizes.length = 0;
      await Promise.all(Array.from({ length: 40 }, () => run(engine, { maxTokens: 10 })));
      expect(sizes.reduce((sum, size) => sum + size)).toBe(400);
      expect(Math.max(...sizes)).toBe(8);
    });
  });

  it("may be cancelled while it fills: the rows are dropped and the sequence is closed once", async () => {
    let release = (): void => {};
    const source = hashBatchSource(() => new Promise((resolve) => (release = () => resolve(undefined))));
    await withEngine({ source, workers: 1, slots: 4 }, async (engine) => {
      const subscription = engine.generate({ sequenceId: 1, maxTokens: 9 }).subscribe(() => expect.unreachable());
      await new Promise((resolve) => setImmediate(resolve));
      expect(engine.stats().active).toBe(1);
      subscription.unsubscribe();
      expect(engine.stats()).toMatchObject({ open: 0, active: 1 });
      release();
      const again = collect(engine.generate({ sequenceId: 1, maxTokens: 1 }));
      await new Promise((resolve) => setImmediate(resolve));
      release();
      expect(await again).toHaveLength(1);
      expect(source.closed).toEqual([1n, 1n]);
    });
  });
});
