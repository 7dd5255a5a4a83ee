/** What a tokenizer, a source's hooks or the owner of a pool do wrong concerns the sequences that it concerns. */
import { createPool } from "@tokenmill/worker-pool";
import { afterEach, expect, it, vi } from "vitest";
import { createEngine } from "../engine.ts";
import type { SequenceHandle } from "../handle.ts";
import { hashBatchSource, hashSource, pieceTokenizer, run } from "../testing/sources.ts";

const faultyId = 5;
const faultyTokenizer = {
  ...pieceTokenizer,
  tokenBytes(tokenId: number): Uint8Array {
    if (tokenId === faultyId) throw new Error("planted tokenizer error");
    return pieceTokenizer.tokenBytes(tokenId);
  },
};

/** Of errors that reach the process: vitest's own listeners would fail the run. */
const thrown: unknown[] = [];
const listeners = process.listeners("uncaughtException");
afterEach(() => {
  process.removeAllListeners("uncaughtException");
  for (const listener of listeners) process.on("uncaughtException", listener);
  thrown.length = 0;
});

it("a tokenizer that throws at a token of a scored prompt fails that sequence, which gives back slot and memory", async () => {
  const engine = await createEngine({ source: hashSource({ tokenizer: faultyTokenizer }), workers: 0, slots: 4 });
  try {
    const only = { allowedTokenIds: [0, 1] };
    const [scored, other] = await Promise.all([
      run(engine, { prompt: [1, faultyId, 2], promptLogprobs: 0, maxTokens: 2, ...only }),
      run(engine, { prompt: [1], maxTokens: 9, ...only }),
    ]);
    expect(scored.error).toMatchObject({ code: "internal", cause: new Error("planted tokenizer error") });
    expect(other.events).toHaveLength(9);
    expect(engine.stats()).toMatchObject({ freeSlots: 4, arenaBytesUsed: 0, failed: 1, finished: 1 });
  } finally {
    await engine.close();
  }
});

it("hooks of a source that throw end no sequence: the error reaches the process", async () => {
  process.removeAllListeners("uncaughtException");
  process.on("uncaughtException", (error) => thrown.push(error));
  const source = {
    ...hashBatchSource(),
    closeSequence(): void {
      throw new Error("planted hook error");
    },
  };
  const engine = await createEngine({ source, workers: 0, slots: 4 });
  try {
    const outcomes = await Promise.all([2, 9].map((maxTokens) => run(engine, { maxTokens })));
    expect(outcomes.map(({ events, error }) => [events.length, error])).toEqual([
      [2, undefined],
      [9, undefined],
    ]);
    await vi.waitFor(() => expect(thrown).toEqual([2, 9].map(() => new Error("planted hook error"))));
    expect(engine.stats()).toMatchObject({ freeSlots: 4, arenaBytesUsed: 0 });
  } finally {
    await engine.close();
  }
});

it("a pool that its owner has closed fails the sequences that go on, and those that wait, with pool_failed", async () => {
  const source = hashSource();
  const pool = await createPool({ source, workers: 0 });
  const engine = await createEngine({ source, pool });
  let handle: SequenceHandle | undefined;
  const outcome = run(engine, { maxTokens: 9 }, (_event, open) => {
    open.pause();
    handle = open;
  });
  await vi.waitFor(() => expect(handle?.phase).toBe("paused"));
  const waiting = run(engine, { maxTokens: 9 });
  await pool.close();
  handle!.resume();
  expect((await outcome).error).toMatchObject({ code: "pool_failed" });
  expect((await waiting).error).toMatchObject({
    code: "pool_failed",
    message: expect.stringMatching(/the pool is closed$/),
  });
  await engine.close();
});

it("a sequence goes on when the only slot, which a thread that hung might have written to, is free", async () => {
  const source = hashSource();
  const pool = await createPool({ source, workers: 0, slots: 1 });
  const engine = await createEngine({ source, pool });
  const slot = pool.acquire();
  let end = (): void => {};
  pool.withhold(slot, new Promise<void>((resolve) => (end = resolve)));
  pool.release(slot);
  const outcome = run(engine, { maxTokens: 3 });
  await vi.waitFor(() => expect(engine.stats()).toMatchObject({ ready: 1, active: 0 }));
  end();
  expect((await outcome).events).toHaveLength(3);
  await engine.close();
  await pool.close();
});
