import { once } from "node:events";
import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { TokenEvent } from "@tokenmill/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEngine } from "../engine.ts";
import type { Engine } from "../types.ts";
import { hashSource, run, tokensOf } from "../testing/sources.ts";

const bufferSize = 8;
/** Sequence 13 fails at position 3. */
const source = hashSource({ faults: { 13: "throw" } });
let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ source, workers: 1, slots: 4, seed: 2, bufferSize });
});
afterAll(() => engine.close());

async function idsOf(events: AsyncIterable<TokenEvent>): Promise<number[]> {
  const ids: number[] = [];
  for await (const { tokenId } of events) ids.push(tokenId);
  return ids;
}

const adapters = [
  ["stream", (maxTokens: number, sequenceId: number) => engine.stream({ sequenceId, maxTokens })],
  ["readable", (maxTokens: number, sequenceId: number) => engine.readable({ sequenceId, maxTokens })],
] as const;

describe.each(adapters)("%s", (_name, open) => {
  it("gives every event in order, then ends", async () => {
    expect(await idsOf(open(100, 1))).toEqual(await tokensOf(engine, { sequenceId: 1, maxTokens: 100 }));
    expect(engine.stats().open).toBe(0);
  });

  it("starts nothing before the first read", async () => {
    open(5, 2);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(engine.stats()).toMatchObject({ open: 0, active: 0 });
  });

  it("pauses its own sequence when nobody reads, never another's, and then goes on", async () => {
    const ids: number[] = [];
    for await (const { tokenId, index } of open(200, 3)) {
      ids.push(tokenId);
      if (index !== 20) continue;
      const before = engine.stats().tokens;
      const other = await run(engine, { sequenceId: 4, maxTokens: 300 });
      expect(other.events).toHaveLength(300);
      expect(engine.stats()).toMatchObject({ open: 1, ready: 0, active: 0 });
      // Its own buffer, one event in flight, and one that Node may hold.
      expect(engine.stats().tokens - before - 300).toBeLessThanOrEqual(bufferSize + 2);
    }
    expect(ids).toEqual(await tokensOf(engine, { sequenceId: 3, maxTokens: 200 }));
  });

  it("cancels the sequence when the reader leaves", async () => {
    const before = engine.stats().cancelled;
    for await (const { index } of open(1e5, 5)) if (index === 3) break;
    await run(engine, { maxTokens: 2 });
    expect(engine.stats()).toMatchObject({ open: 0, active: 0, cancelled: before + 1 });
  });

  it("delivers all events before the error of its sequence", async () => {
    const indices: number[] = [];
    const read = async () => {
      for await (const { index } of open(50, 13)) {
        indices.push(index);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    };
    await expect(read()).rejects.toMatchObject({ code: "source_failed", index: 3 });
    expect(indices).toEqual([0, 1, 2]);
  });
});

describe("stream", () => {
  it("rejects the first next() of a bad request", async () => {
    const iterator = engine.stream({ maxTokens: -1 })[Symbol.asyncIterator]();
    await expect(iterator.next()).rejects.toThrow('"maxTokens" expected');
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  it("answers next() calls made at once in order, and ends those that wait when it is closed", async () => {
    const iterator = engine.stream({ sequenceId: 6, maxTokens: 1e5 })[Symbol.asyncIterator]();
    const events = await Promise.all([iterator.next(), iterator.next(), iterator.next()]);
    expect(events.map(({ value }) => (value as TokenEvent).index)).toEqual([0, 1, 2]);
    for (let index = 3; index < 40; index++) await iterator.next();
    await iterator.return?.();
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });
});

describe("readable", () => {
  it("is a Readable of objects that errors for a bad request", async () => {
    const readable = engine.readable({ maxTokens: -1 });
    expect(readable).toBeInstanceOf(Readable);
    readable.resume();
    const [error] = (await once(readable, "error")) as [Error];
    expect(error.message).toContain('"maxTokens" expected');
  });

  it("is held back by a slow pipeline", async () => {
    const ids: number[] = [];
    let widest = 0;
    const before = engine.stats().tokens;
    const slow = new Writable({
      objectMode: true,
      highWaterMark: 1,
      write({ tokenId }: TokenEvent, _encoding, done) {
        ids.push(tokenId);
        widest = Math.max(widest, engine.stats().tokens - before - ids.length);
        setTimeout(done, 1);
      },
    });
    await pipeline(engine.readable({ sequenceId: 7, maxTokens: 60 }), slow);
    expect(ids).toEqual(await tokensOf(engine, { sequenceId: 7, maxTokens: 60 }));
    expect(widest).toBeLessThanOrEqual(bufferSize + 4);
  });

  it("flows through data events, and destroy() cancels", async () => {
    const readable = engine.readable({ sequenceId: 8, maxTokens: 1e5 });
    let count = 0;
    readable.on("data", () => {
      if (++count === 30) readable.destroy();
    });
    await once(readable, "close");
    await run(engine, { maxTokens: 2 });
    // Node hands out the one event it had already read.
    expect(count).toBeLessThanOrEqual(31);
    expect(engine.stats().open).toBe(0);
  });
});
