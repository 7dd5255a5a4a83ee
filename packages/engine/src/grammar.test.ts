import type { GenerateRequest } from "@tokenmill/core";
import { lastValueFrom } from "rxjs";
import { createPool } from "@tokenmill/worker-pool";
import { describe, expect, it, vi } from "vitest";
import { createEngine } from "./engine.ts";
import type { Engine } from "./types.ts";
import type { SequenceSnapshot } from "./snapshot/sequenceSnapshot.ts";
import { collect, hashBatchSource, hashSource, pieces, pieceTokenizer, run } from "./testing/sources.ts";
import { textChoices } from "./testing/textChoices.ts";

const eos = pieces.length - 1;
const texts = ["abcab", "abbcab", "cabca", "a é", "caa"];
const grammar = texts.join(" | ");

async function withEngine(
  options: Partial<Parameters<typeof createEngine>[0]>,
  body: (engine: Engine, provider: ReturnType<typeof textChoices>) => Promise<void>,
): Promise<void> {
  const provider = textChoices();
  const source = hashSource({ tokenizer: pieceTokenizer });
  const engine = await createEngine({ source, grammar: provider, workers: 1, slots: 6, seed: 2, ...options });
  try {
    await body(engine, provider);
  } finally {
    await engine.close();
  }
  expect(provider.openCount).toBe(0);
}

const textOf = (events: readonly { text: string }[]): string => events.map(({ text }) => text).join("");

describe("a request with a grammar", () => {
  it.each([0, 2])("ends in what the grammar describes, 60 at a time on 6 slots, with %d workers", async (workers) => {
    await withEngine({ workers }, async (engine) => {
      const outputs = await Promise.all(
        Array.from({ length: 60 }, (_, sequenceId) => collect(engine.generate({ sequenceId, grammar, maxTokens: 20 }))),
      );
      for (const events of outputs) {
        expect(texts).toContain(textOf(events));
        expect(events.at(-1)).toMatchObject({ tokenId: eos, finishReason: "stop", stopReason: eos });
      }
      expect(new Set(outputs.map(textOf)).size).toBe(texts.length);
    });
  });

  it("leaves neighbours without one as they are", async () => {
    const request: GenerateRequest = { sequenceId: 3, maxTokens: 30, ignoreEos: true };
    const alone: string[] = [];
    await withEngine({}, async (engine) => void alone.push(textOf(await collect(engine.generate(request)))));
    await withEngine({}, async (engine) => {
      const others = [10, 11, 12].map((sequenceId) => collect(engine.generate({ sequenceId, grammar, maxTokens: 20 })));
      alone.push(textOf(await collect(engine.generate(request))));
      await Promise.all(others);
    });
    expect(alone[1]).toBe(alone[0]);
  });

  it("works with rows from a batch source, which has no end of text of its own", async () => {
    const source = hashBatchSource(undefined, pieces.length);
    await withEngine({ source }, async (engine) => {
      for (let sequenceId = 0; sequenceId < 20; sequenceId++) {
        const events = await collect(engine.generate({ sequenceId, grammar, maxTokens: 20 }));
        const ids = events.map(({ tokenId }) => tokenId);
        expect(ids.pop()).toBe(eos);
        expect(texts).toContain(ids.map((id) => pieces[id]).join(""));
      }
    });
  });

  it("goes on from a snapshot at each position with the same tokens", async () => {
    await withEngine({}, async (engine) => {
      const request = { sequenceId: 7, grammar, maxTokens: 20 };
      const records: SequenceSnapshot[] = [];
      const { events } = await run(engine, request, (event, handle) => {
        if (event.finishReason === undefined) records.push(JSON.parse(JSON.stringify(handle.snapshot())));
      });
      expect(records.length).toBeGreaterThan(1);
      for (const record of records) {
        expect(record.grammar).toEqual({ grammar });
        expect(await collect(engine.resume(record))).toEqual(events.slice(record.position));
      }
    });
  });

  it("survives the death of the workers that have its rows", async () => {
    const request = { sequenceId: 8, grammar, maxTokens: 20 };
    const outputs: unknown[] = [];
    await withEngine({}, async (engine) => void outputs.push(await collect(engine.generate(request))));
    const source = hashSource({ tokenizer: pieceTokenizer, slow: { 8: 20 } });
    const provider = textChoices();
    const pool = await createPool({ source, workers: 2, slots: 6, inlineRows: 0, maskFiller: provider.maskFiller });
    const engine = await createEngine({ source, pool, grammar: provider, seed: 2 });
    const { events } = await run(engine, request, () => {
      void pool.killWorker(0);
      void pool.killWorker(1);
    });
    outputs.push(events);
    expect(outputs[1]).toEqual(outputs[0]);
    expect(pool.stats().workerDeaths).toBeGreaterThan(0);
    await engine.close();
    await pool.close();
    expect(provider.openCount).toBe(0);
  });

  it("ends with all_tokens_masked if other parameters ban what the grammar wants", async () => {
    await withEngine({}, async (engine) => {
      const { events, error } = await run(engine, { grammar: "ab", bannedTokenIds: [0, 3], maxTokens: 5 });
      expect(events).toEqual([]);
      expect(error).toMatchObject({ code: "all_tokens_masked" });
    });
  });

  it("gives its matcher back when cancelled", async () => {
    await withEngine({}, async (engine, provider) => {
      await new Promise<void>((resolve) => {
        const subscription = engine.generate({ grammar, maxTokens: 20 }).subscribe(() => {
          subscription.unsubscribe();
          resolve();
        });
      });
      await vi.waitFor(() => expect(provider.openCount).toBe(0), 10_000);
    });
  });

  it("works in generateMany and bestOf", async () => {
    await withEngine({}, async (engine) => {
      const best = await lastValueFrom(engine.bestOf({ sequenceId: 4, grammar, maxTokens: 20 }, { candidates: 5 }));
      expect(texts).toContain(best.text);
    });
  });
});

describe("a grammar that takes its time to compile", () => {
  it("keeps nobody else waiting, and can be paused, resumed and cancelled meanwhile", async () => {
    let compile = (): void => undefined;
    const compiling = new Promise<void>((resolve) => (compile = resolve));
    const provider = textChoices(() => compiling);
    const source = hashSource({ tokenizer: pieceTokenizer });
    const engine = await createEngine({ source, grammar: provider, workers: 1, slots: 6, seed: 2 });
    const held = run(engine, { sequenceId: 1, grammar, maxTokens: 20 });
    const paused = new Promise<string[]>((resolve, reject) => {
      const got: string[] = [];
      const complete = (): void => resolve(got);
      const request = { sequenceId: 2, grammar, maxTokens: 20 };
      const handle = engine.open(request, { next: ({ text }) => got.push(text), error: reject, complete });
      handle.pause();
      expect(handle.phase).toBe("compiling");
      handle.resume();
    });
    const cancelled = engine.open({ sequenceId: 3, grammar }, { next() {}, error() {}, complete() {} });
    await collect(engine.generate({ sequenceId: 4, maxTokens: 5, ignoreEos: true }));
    cancelled.cancel();
    compile();
    expect(texts).toContain(textOf((await held).events));
    expect(texts).toContain((await paused).join(""));
    expect(engine.stats()).toMatchObject({ open: 0, cancelled: 1 });
    await engine.close();
    expect(provider.openCount).toBe(0);
  });

  it("is closed with the engine", async () => {
    const provider = textChoices(() => new Promise(() => undefined));
    const source = hashSource({ tokenizer: pieceTokenizer });
    const engine = await createEngine({ source, grammar: provider, workers: 0 });
    const outcome = run(engine, { grammar });
    await engine.close();
    expect((await outcome).error).toMatchObject({ code: "engine_closed" });
  });
});

describe("refusals concern their request only", () => {
  it.each([
    [{ grammar: "?" }, `"grammar" expected texts without "?"`],
    [{ grammar: "a", jsonSchema: {} }, `"grammar" expected nothing beside "jsonSchema"`],
    [{ grammar: "a", regex: "a" }, `"regex" expected nothing beside "grammar": an output has one form`],
    [{ regex: "a" }, `"regex" expected nothing, this follows texts`],
    [
      { grammar: "a", ignoreEos: true },
      `"ignoreEos" expected false beside "grammar": end of text ends what it describes`,
    ],
    [{ grammar: "a", topK: -1 }, `"topK" expected integer in [0, 2147483647], got -1`],
  ])("%j", async (wrong, message) => {
    await withEngine({}, async (engine) => {
      const good = collect(engine.generate({ sequenceId: 1, grammar, maxTokens: 20 }));
      await expect(collect(engine.generate(wrong))).rejects.toThrow(message);
      expect(texts).toContain(textOf(await good));
    });
  });

  it("a mask that cannot be filled fails its row alone", async () => {
    await withEngine({ workers: 1 }, async (engine) => {
      const good = collect(engine.generate({ sequenceId: 1, grammar, maxTokens: 20 }));
      const { error } = await run(engine, { grammar: "throw | a b | c a", maxTokens: 20 });
      expect(error).toMatchObject({
        code: "grammar_failed",
        message: expect.stringContaining("planted mask error") as string,
      });
      expect(texts).toContain(textOf(await good));
    });
  });

  it("a pool without the provider's masks is refused", async () => {
    const source = hashSource({ tokenizer: pieceTokenizer });
    const pool = await createPool({ source, workers: 0 });
    const made = createEngine({ source, pool, grammar: textChoices() });
    await expect(made).rejects.toThrow(`"pool" expected one that was made with the provider's maskFiller, got "none"`);
    await pool.close();
  });

  it("an engine without a provider names the remedy", async () => {
    const engine = await createEngine({ source: hashSource(), workers: 0 });
    const message = `"jsonSchema" expected an engine that can follow it: pass createEngine a "grammar" provider`;
    await expect(collect(engine.generate({ jsonSchema: {} }))).rejects.toThrow(message);
    await engine.close();
  });

  it("a provider of another vocabulary is refused", async () => {
    const engine = createEngine({ source: hashSource({ vocabSize: 99 }), grammar: textChoices() });
    await expect(engine).rejects.toThrow(`"grammar" expected a provider of the source's vocabSize 99, got 16`);
  });

  it("a record whose tokens its grammar does not allow is refused", async () => {
    await withEngine({}, async (engine) => {
      let record: SequenceSnapshot | undefined;
      await run(engine, { sequenceId: 7, grammar, maxTokens: 20 }, (event, handle) => {
        if (event.index === 0) record = handle.snapshot();
      });
      const diverged = { ...record!, grammar: { grammar: "zzz" } };
      await expect(collect(engine.resume(diverged))).rejects.toMatchObject({
        code: "grammar_failed",
        message: expect.stringContaining("the texts do not begin with") as string,
      });
      const malformed = { ...record!, grammar: {} as never };
      await expect(collect(engine.resume(malformed))).rejects.toMatchObject({ code: "malformed" });
    });
  });
});
