import type { GenerateRequest, TokenEvent } from "@tokenmill/core";
import { lastValueFrom, toArray } from "rxjs";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createEngine } from "../engine.ts";
import type { Engine } from "../types.ts";
import { collect, hashBatchSource, hashSource, pieceTokenizer, tokensOf } from "../testing/sources.ts";
import { childRequests, childSequenceId } from "./childRequests.ts";
import type { ChildEvent } from "./generateMany.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ source: hashSource({ tokenizer: pieceTokenizer }), workers: 2, slots: 8, seed: 1 });
});
afterAll(() => engine.close());

const request: GenerateRequest = { sequenceId: 5, prompt: "abc", maxTokens: 12, ignoreEos: true, seed: 3 };
const many = (n: number, from = request): Promise<ChildEvent[]> =>
  lastValueFrom(engine.generateMany(from, n).pipe(toArray()));
const tokensOfChild = (events: readonly ChildEvent[], index: number): number[] =>
  events.filter(({ childIndex }) => childIndex === index).map(({ tokenId }) => tokenId);

describe("childSequenceId", () => {
  it("is the parent's for child 0, and for the others distinct over 500 parents and 20 children, above 2^63", () => {
    const ids = new Set<bigint>();
    for (let parent = 0; parent < 500; parent++) {
      expect(childSequenceId(parent, 0)).toBe(parent);
      for (let child = 1; child <= 20; child++) ids.add(childSequenceId(parent, child) as bigint);
    }
    expect(ids.size).toBe(10_000);
    expect([...ids].every((id) => id >= 1n << 63n && id < 1n << 64n)).toBe(true);
    expect(childSequenceId(2n ** 64n - 1n, 1)).not.toBe(childSequenceId(2n ** 32n - 1n, 1));
  });

  it("stays what it was: records of siblings name it", () => {
    expect(childSequenceId(0, 1)).toBe(11_978_933_644_270_505_688n);
    expect(childSequenceId(5, 2)).toBe(9_501_783_021_755_300_871n);
  });
});

describe("generateMany", () => {
  it("gives 6 different siblings, the first being the request itself, each as it is alone", async () => {
    const events = await many(6);
    const outputs = Array.from({ length: 6 }, (_, i) => tokensOfChild(events, i));
    expect(new Set(outputs.map((ids) => ids.join())).size).toBe(6);
    expect(outputs[0]).toEqual(await tokensOf(engine, request));
    for (const [i, child] of childRequests(request, 6).entries()) {
      expect(await tokensOf(engine, child)).toEqual(outputs[i]);
    }
  });

  it("gives the same siblings again, also among twice as many", async () => {
    const [few, more] = [await many(3), await many(6)];
    for (const i of [0, 1, 2]) expect(tokensOfChild(more, i)).toEqual(tokensOfChild(few, i));
  });

  it("numbers siblings of a request without a sequence id", async () => {
    const { sequenceId: _, ...anonymous } = request;
    const events = await many(4, anonymous);
    expect(new Set(events.map(({ sequenceId }) => sequenceId)).size).toBe(4);
    expect(new Set([0, 1, 2, 3].map((i) => tokensOfChild(events, i).join())).size).toBe(4);
  });

  it("lets siblings end when one fails, then tells", async () => {
    const failing = await createEngine({ source: hashSource({ faults: { 5: "nan" } }), workers: 1, slots: 4 });
    const events: ChildEvent[] = [];
    const error = await new Promise((resolve, reject) => {
      failing.generateMany({ sequenceId: 5, maxTokens: 9 }, 3).subscribe({
        next: (event) => events.push(event),
        error: resolve,
        complete: () => reject(new Error("no error")),
      });
    });
    expect(error).toMatchObject({ code: "nan_logits", sequenceId: 5 });
    expect([0, 1, 2].map((i) => tokensOfChild(events, i).length)).toEqual([3, 9, 9]);
    await failing.close();
  });

  it("cancels all siblings when unsubscribed", async () => {
    const before = engine.stats().cancelled;
    await new Promise<void>((resolve) => {
      const subscription = engine.generateMany({ ...request, maxTokens: 1e6 }, 3).subscribe(() => {
        subscription.unsubscribe();
        resolve();
      });
    });
    expect(engine.stats().cancelled).toBe(before + 3);
    expect(engine.stats().open).toBe(0);
  });

  it.each([0, 4097, 1.5])("refuses n = %d", async (n) => {
    await expect(many(n)).rejects.toThrow(`"n" expected integer in [1, 4096], got ${n}`);
  });
});

describe("bestOf", () => {
  it("emits the siblings with the highest mean logprob, best first", async () => {
    const children = childRequests({ ...request, logprobs: 0 }, 8);
    const outputs = await Promise.all(children.map((child) => collect(engine.generate(child))));
    const mean = (events: TokenEvent[]): number => events.reduce((sum, e) => sum + e.logprob!, 0) / events.length;
    const expected = outputs.toSorted((a, b) => mean(b) - mean(a)).slice(0, 3);
    const found = await lastValueFrom(engine.bestOf(request, { candidates: 8, n: 3 }).pipe(toArray()));
    expect(found.map(({ tokenIds }) => tokenIds)).toEqual(expected.map((es) => es.map(({ tokenId }) => tokenId)));
    expect(found.map(({ score }) => score)).toEqual(expected.map(mean));
    expect(found.map(({ text }) => text)).toEqual(expected.map((es) => es.map(({ text }) => text).join("")));
    expect(found[0]).toMatchObject({ finishReason: "length" });
  });

  it("leaves failed siblings out, and fails when all do", async () => {
    const failing = await createEngine({ source: hashSource({ faults: { 5: "nan" } }), workers: 0, slots: 4 });
    const from = { sequenceId: 5, maxTokens: 5 };
    const found = await lastValueFrom(failing.bestOf(from, { candidates: 3, n: 3 }).pipe(toArray()));
    expect(found).toHaveLength(2);
    await expect(lastValueFrom(failing.bestOf(from, { candidates: 1 }))).rejects.toMatchObject({ code: "nan_logits" });
    await failing.close();
  });

  it("refuses more outputs than candidates", async () => {
    const wrong = lastValueFrom(engine.bestOf(request, { candidates: 2, n: 3 }));
    await expect(wrong).rejects.toThrow(`"n" expected integer in [1, 2] (candidates), got 3`);
  });
});

describe("beamSearch", () => {
  const vocabSize = 5;
  const stop = 4;
  /** Rows that follow from the token ids alone; end of text is likely enough to matter. */
  const logitsAfter = (ids: ArrayLike<number>): number[] => {
    const state = Array.from(ids).reduce((hash, id) => Math.imul(hash ^ (id + 1), 0x9e3779b1) >>> 0, 17);
    return Array.from({ length: vocabSize }, (_, id) => Math.fround(2 * Math.sin((state % 1009) * (id + 1.3))));
  };
  const source = {
    ...hashBatchSource(undefined, vocabSize),
    fillRows: async (rows: readonly { row: Float32Array | Uint16Array; history: Int32Array }[]) => {
      for (const { row, history } of rows) row.set(logitsAfter(history));
      return undefined;
    },
  };
  let beams: Engine;
  beforeAll(async () => {
    beams = await createEngine({ source, workers: 1, slots: 8, maxLogprobs: 1030 });
  });
  afterAll(() => beams.close());

  interface Output {
    tokenIds: number[];
    score: number;
  }
  /** Every output of at most `maxTokens` tokens, best first. */
  function enumerate(prompt: number[], maxTokens: number, lengthPenalty: number): Output[] {
    const all: Output[] = [];
    const visit = (tokenIds: number[], logprob: number): void => {
      if (tokenIds.at(-1) === stop || tokenIds.length === maxTokens) {
        all.push({ tokenIds, score: logprob / tokenIds.length ** lengthPenalty });
        return;
      }
      const logits = logitsAfter([...prompt, ...tokenIds]);
      const logSum = Math.log(logits.reduce((sum, x) => sum + Math.exp(x), 0));
      logits.forEach((x, id) => visit([...tokenIds, id], logprob + x - logSum));
    };
    visit([], 0);
    return all.sort((a, b) => b.score - a.score);
  }
  const search = (from: GenerateRequest, options: Parameters<Engine["beamSearch"]>[1]): Promise<Output[]> =>
    lastValueFrom(beams.beamSearch({ stopTokenIds: [stop], ...from }, options).pipe(toArray()));

  it("finds the best outputs of all when it is wide enough: 4 prompts × 4 length penalties", async () => {
    for (const prompt of [[], [0], [1, 2], [3, 3, 3]]) {
      for (const lengthPenalty of [0, 0.6, 1, -1]) {
        const best = enumerate(prompt, 4, lengthPenalty).slice(0, 5);
        const found = await search({ prompt, maxTokens: 4 }, { beamWidth: 128, lengthPenalty, n: 5 });
        expect(found.map(({ tokenIds }) => tokenIds)).toEqual(best.map(({ tokenIds }) => tokenIds));
        found.forEach(({ score }, i) => expect(score).toBeCloseTo(best[i]!.score, 6));
      }
    }
  });

  it("with one beam and early stopping is greedy decoding", async () => {
    for (const prompt of [[], [1], [2, 0]]) {
      const from = { prompt, maxTokens: 10, stopTokenIds: [stop] };
      const [found] = await search(from, { beamWidth: 1, earlyStopping: true });
      expect(found!.tokenIds).toEqual(await tokensOf(beams, { ...from, temperature: 0 }));
    }
  });

  it("never gets worse with width, and beats greedy for some prompt", async () => {
    let gains = 0;
    for (const prompt of [[], [1], [2, 0], [3, 1], [0, 0]]) {
      const scores: number[] = [];
      for (const beamWidth of [1, 200]) {
        const [found] = await search({ prompt, maxTokens: 4 }, { beamWidth, lengthPenalty: 0 });
        scores.push(found!.score);
      }
      expect(scores[1]).toBeGreaterThanOrEqual(scores[0]!);
      if (scores[1]! > scores[0]!) gains++;
    }
    expect(gains).toBeGreaterThan(0);
  });

  it("stops early once beamWidth outputs have ended", async () => {
    const before = beams.stats().tokens;
    const early = await search({ maxTokens: 200 }, { beamWidth: 2, n: 2, earlyStopping: true });
    const steps = beams.stats().tokens - before;
    expect(steps).toBeLessThan(200);
    expect(early).toHaveLength(2);
    expect(early.every(({ tokenIds }) => tokenIds.at(-1) === stop)).toBe(true);
  });

  it("counts bans and minTokens, and says how each output ended", async () => {
    const found = await search({ maxTokens: 3, bannedTokenIds: [0, 1], minTokens: 2 }, { beamWidth: 8, n: 8 });
    expect(found.length).toBeGreaterThan(3);
    for (const output of found) {
      expect(output.tokenIds.some((id) => id === 0 || id === 1)).toBe(false);
      expect(output.tokenIds.slice(0, 2)).not.toContain(stop);
      const hasStopped = output.tokenIds.at(-1) === stop;
      expect(output).toMatchObject(
        hasStopped ? { finishReason: "stop", stopReason: stop } : { finishReason: "length" },
      );
    }
  });

  it("gives the same outputs for 0 and 2 workers", async () => {
    const outputs = [];
    for (const workers of [0, 2]) {
      const other = await createEngine({ source, workers, slots: 5 });
      const found = other.beamSearch({ maxTokens: 12, stopTokenIds: [stop] }, { beamWidth: 4, n: 4 });
      outputs.push(await lastValueFrom(found.pipe(toArray())));
      await other.close();
    }
    expect(outputs[1]).toEqual(outputs[0]);
  });

  it("ends all its sequences when unsubscribed, and frees what it held", async () => {
    const subscription = beams.beamSearch({ maxTokens: 1000 }, { beamWidth: 5 }).subscribe();
    await vi.waitFor(() => expect(beams.stats().open).toBeGreaterThan(0), { interval: 1 });
    subscription.unsubscribe();
    await vi.waitFor(() => expect(beams.stats()).toMatchObject({ open: 0, freeSlots: 8, arenaBytesUsed: 0 }), 10_000);
  });

  it("makes text without the stop token", async () => {
    const found = engine.beamSearch({ prompt: "ab", maxTokens: 8 }, { beamWidth: 3 });
    const { tokenIds, text, finishReason } = await lastValueFrom(found);
    const shown = finishReason === "stop" ? tokenIds.slice(0, -1) : tokenIds;
    expect(text).toBe(new TextDecoder().decode(Buffer.concat(shown.map((id) => pieceTokenizer.tokenBytes(id)))));
  });

  it.each([
    [{}, { beamWidth: 0 }, `"beamWidth" expected integer in [1, 1024], got 0`],
    [{}, { beamWidth: 2, n: 3 }, `"n" expected integer in [1, 2] (beamWidth), got 3`],
    [{}, { beamWidth: 2, lengthPenalty: 11 }, `"lengthPenalty" expected number in [-10, 10], got 11`],
    [{}, { beamWidth: 2, beam: 1 }, `unknown beam search option "beam"`],
    [{ stop: "a" }, { beamWidth: 2 }, `"stop" expected nothing in beam search, got "a"`],
    [{ logprobs: 1 }, { beamWidth: 2 }, `"logprobs" expected nothing in beam search, got 1`],
    [{ samplingMask: true }, { beamWidth: 2 }, `"samplingMask" expected nothing in beam search, got true`],
    [
      { logprobTokenIds: [1] },
      { beamWidth: 2 },
      `"logprobTokenIds" expected nothing in beam search, got an array of 1`,
    ],
    [{ mirostat: 2 as const }, { beamWidth: 2 }, "beam search expected stages without a state from token to token"],
    [{ topK: -2 }, { beamWidth: 2 }, `"topK" expected integer in [0, 2147483647], got -2`],
  ])("refuses %j with %j", async (from, options, message) => {
    await expect(search(from, options as never)).rejects.toThrow(message);
  });

  it("names the remedy when the beam is wider than the pool's logprobs", async () => {
    const wide = lastValueFrom(engine.beamSearch({}, { beamWidth: 20 }));
    // the hash source has 16 tokens: more logprobs than that are never asked for
    await expect(wide).resolves.toBeDefined();
    const small = await createEngine({ source, workers: 0, slots: 4, maxLogprobs: 3 });
    const refused = lastValueFrom(small.beamSearch({ stopTokenIds: [stop] }, { beamWidth: 3 }));
    await expect(refused).rejects.toThrow(`"beamWidth" expected at most 2 with 1 stop ids: raise maxLogprobs, got 3`);
    await small.close();
  });
});
