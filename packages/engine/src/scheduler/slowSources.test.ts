/** Batch sources whose rows come late, one by one, or never. */
import type { BatchRow, BatchSource } from "@tokenmill/core";
import { describe, expect, it } from "vitest";
import { createEngine } from "../engine.ts";
import type { EngineOptions } from "../open/options.ts";
import { collect, run } from "../testing/sources.ts";
import type { Engine } from "../types.ts";

/** A source that writes rows one by one; `write` says when a row is there, and may throw. */
function rowByRow(
  write: (row: BatchRow) => Promise<void> | void,
  concurrentFills = Number.POSITIVE_INFINITY,
): BatchSource {
  return {
    kind: "batch",
    name: "row by row",
    vocabSize: 16,
    dtype: "f32",
    concurrentFills,
    async fillRows(rows, done) {
      const writes = rows.map(async (row, i) => {
        row.row.fill(0);
        await write(row);
        (row.row as Float32Array)[Number(row.sequenceId) % 16] = 50;
        done?.(i);
      });
      await Promise.all(writes);
      return undefined;
    },
  };
}

async function withEngine(options: EngineOptions, use: (engine: Engine) => Promise<void>): Promise<void> {
  const engine = await createEngine({ workers: 1, slots: 8, ...options });
  try {
    await use(engine);
  } finally {
    await engine.close(100);
  }
}

const never = new Promise<void>(() => {});
const options = { rowTimeoutMs: 1000, temperature: 0 };

describe("a row that is late", () => {
  it("holds up its own sequence alone", async () => {
    let release = (): void => {};
    const late = new Promise<void>((resolve) => (release = resolve));
    const source = rowByRow(({ sequenceId }) => (sequenceId === 3n ? late : undefined));
    await withEngine({ source }, async (engine) => {
      const slow = run(engine, { sequenceId: 3, maxTokens: 4 });
      const others = await Promise.all([4, 5, 6].map((sequenceId) => run(engine, { sequenceId, maxTokens: 50 })));
      for (const { events } of others) expect(events).toHaveLength(50);
      release();
      expect((await slow).events).toHaveLength(4);
    });
  });

  it("that never comes fails with row_timeout, also in more sequences than there are slots; others go on", async () => {
    const source = rowByRow(({ sequenceId }) => (sequenceId >= 100n ? never : undefined));
    await withEngine({ source, rowTimeoutMs: options.rowTimeoutMs }, async (engine) => {
      const hanging = Array.from({ length: 20 }, (_, i) => run(engine, { sequenceId: 100 + i, maxTokens: 3 }));
      for (const { error } of await Promise.all(hanging)) {
        expect(error).toMatchObject({ code: "row_timeout", index: 0 });
      }
      const others = await Promise.all([1, 2, 3, 4, 5].map((sequenceId) => run(engine, { sequenceId, maxTokens: 20 })));
      for (const { events } of others) expect(events).toHaveLength(20);
    });
  });

  it("in a source that takes one batch at a time does not end it", async () => {
    const source = rowByRow(({ sequenceId }) => (sequenceId === 9n ? never : undefined), 1);
    await withEngine({ source, rowTimeoutMs: options.rowTimeoutMs }, async (engine) => {
      const hanging = run(engine, { sequenceId: 9, maxTokens: 3 });
      expect((await hanging).error).toMatchObject({ code: "row_timeout" });
      expect((await run(engine, { sequenceId: 1, maxTokens: 20 })).events).toHaveLength(20);
    });
  });

  it("and written after all is nobody else's: tokens are what they are without it", async () => {
    const late: (() => void)[] = [];
    const source = rowByRow(({ sequenceId }) =>
      sequenceId >= 100n
        ? new Promise<void>((resolve) => late.push(resolve))
        : new Promise((resolve) => setImmediate(resolve)),
    );
    await withEngine({ source, rowTimeoutMs: options.rowTimeoutMs, slots: 4 }, async (engine) => {
      await Promise.all([100, 101, 102].map((sequenceId) => run(engine, { sequenceId, maxTokens: 3 })));
      const running = [1, 2, 3].map((sequenceId) =>
        collect(engine.generate({ sequenceId, maxTokens: 60, temperature: 0 })),
      );
      const timer = setInterval(() => late.shift()?.(), 1);
      const outcomes = await Promise.all(running);
      clearInterval(timer);
      outcomes.forEach((events, i) => expect(new Set(events.map(({ tokenId }) => tokenId))).toEqual(new Set([i + 1])));
      while (engine.stats().freeSlots < 4) await new Promise((resolve) => setTimeout(resolve, 5));
    });
  });

  it("does not hold up close", async () => {
    const source = rowByRow(() => never);
    await withEngine({ source, rowTimeoutMs: Number.POSITIVE_INFINITY }, async (engine) => {
      const hanging = run(engine, { maxTokens: 3 });
      await new Promise((resolve) => setTimeout(resolve, 10));
      await engine.close(50);
      expect((await hanging).error).toMatchObject({ code: "engine_closed" });
    });
  });
});

describe("a row that fails", () => {
  it("by itself, while others of its batch are not there yet, fails its sequence alone", async () => {
    const source: BatchSource = {
      ...rowByRow(() => {}),
      async fillRows(rows, done) {
        rows.forEach(({ sequenceId }, i) => {
          if (sequenceId === 2n) done?.(i, new Error("row lost"));
        });
        await new Promise((resolve) => setTimeout(resolve, 5));
        for (const { row } of rows) row.fill(0);
        return undefined;
      },
    };
    await withEngine({ source }, async (engine) => {
      const outcomes = await Promise.all([1, 2, 3].map((sequenceId) => run(engine, { sequenceId, maxTokens: 5 })));
      expect(outcomes[1]!.error).toMatchObject({ code: "source_failed" });
      expect([outcomes[0]!.events.length, outcomes[2]!.events.length]).toEqual([5, 5]);
    });
  });
});
