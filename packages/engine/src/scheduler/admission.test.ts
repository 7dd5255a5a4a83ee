/** Who waits for shared memory, how long, and for whom. */
import { describe, expect, it, vi } from "vitest";
import { createEngine } from "../engine.ts";
import type { EngineOptions } from "../open/options.ts";
import { hashSource, run } from "../testing/sources.ts";
import type { SequenceHandle } from "../handle.ts";
import type { Engine } from "../types.ts";

const ignore = { next: () => {}, error: () => {}, complete: () => {} };

async function withEngine(options: Partial<EngineOptions>, use: (engine: Engine) => Promise<void>): Promise<void> {
  const engine = await createEngine({ source: hashSource(), workers: 1, slots: 4, arenaBytes: 65_536, ...options });
  try {
    await use(engine);
  } finally {
    await engine.close();
  }
}

const admitted = ({ heldBytes }: SequenceHandle): void => expect(heldBytes).toBeGreaterThan(0);

/** A sequence that holds memory for that many tokens and does nothing. */
async function hold(engine: Engine, maxTokens: number): Promise<SequenceHandle> {
  const handle = engine.open({ maxTokens }, ignore);
  handle.pause();
  await vi.waitFor(() => admitted(handle));
  return handle;
}

describe("a request that does not fit", () => {
  it("lets smaller ones behind it go first, and is not overtaken for ever", async () => {
    await withEngine({}, async (engine) => {
      const holders = [await hold(engine, 6000), await hold(engine, 4000)]; // 24 and 16 of 64 KiB
      const order: string[] = [];
      const large = run(engine, { maxTokens: 7000 }).then(() => order.push("large")); // 28 KiB of 24
      const small = run(engine, { maxTokens: 10 }).then(() => order.push("small"));
      await small;
      expect(order).toEqual(["small"]);
      // what becomes free is kept for it, although there are always small ones that would fit
      let isLargeDone = false;
      void large.then(() => (isLargeDone = true));
      holders[1]!.cancel();
      while (!isLargeDone) await Promise.all(Array.from({ length: 20 }, () => run(engine, { maxTokens: 300 })));
      expect(order).toEqual(["small", "large"]);
    });
  });

  it("does not stop the others if it never gets its memory", async () => {
    await withEngine({}, async (engine) => {
      await hold(engine, 4000);
      const large = engine.open({ maxTokens: 15_000 }, ignore);
      for (let i = 0; i < 20; i++) expect((await run(engine, { maxTokens: 50 })).events).toHaveLength(50);
      expect(large.phase).toBe("waiting");
    });
  });

  it("is refused with overloaded after admissionTimeoutMs, as is what waits for maxSequences", async () => {
    await withEngine({ admissionTimeoutMs: 30 }, async (engine) => {
      await hold(engine, 12_000);
      const { error } = await run(engine, { maxTokens: 12_000 });
      expect(error).toMatchObject({ code: "overloaded", index: 0 });
      expect(String(error)).toContain("admissionTimeoutMs");
      expect((await run(engine, { maxTokens: 5 })).events).toHaveLength(5);
    });
    await withEngine({ admissionTimeoutMs: 30, maxSequences: 1 }, async (engine) => {
      const holder = await hold(engine, 10);
      const refused = await Promise.all([1, 2, 3].map(() => run(engine, { maxTokens: 5 })));
      for (const { error } of refused) expect(error).toMatchObject({ code: "overloaded" });
      holder.cancel();
      expect((await run(engine, { maxTokens: 5 })).events).toHaveLength(5);
    });
  });
});

describe("a queue of at most maxQueued", () => {
  it.each([0, 2])("of %d refuses who comes later, and nobody who need not wait", async (maxQueued) => {
    await withEngine({ maxQueued, maxSequences: 3 }, async (engine) => {
      const runs = Array.from({ length: 8 }, () => run(engine, { maxTokens: 20 }));
      const codes = (await Promise.all(runs)).map(({ error }) => (error as { code?: string } | undefined)?.code);
      const admittedCount = 3 + maxQueued;
      expect(codes).toEqual(Array.from({ length: 8 }, (_, i) => (i < admittedCount ? undefined : "overloaded")));
    });
  });
});

describe("what sequences hold", () => {
  it("is known before they open, for each, and for the paused ones together", async () => {
    await withEngine({}, async (engine) => {
      const handle = engine.open({ prompt: [1, 2, 3], maxTokens: 997 }, ignore);
      expect(handle.heldBytes).toBe(0);
      handle.pause();
      await vi.waitFor(() => admitted(handle));
      expect(handle.heldBytes).toBe(engine.memoryBytes(3, 997));
      expect(handle.heldBytes).toBeGreaterThanOrEqual(4000);
      const { arenaBytes, arenaBytesUsed, pausedBytes } = engine.stats();
      expect(arenaBytes).toBe(65_536);
      expect(pausedBytes).toBe(handle.heldBytes);
      expect(arenaBytesUsed).toBeGreaterThanOrEqual(pausedBytes);
      handle.cancel();
      expect([handle.heldBytes, engine.stats().pausedBytes]).toEqual([0, 0]);
    });
  });
});
