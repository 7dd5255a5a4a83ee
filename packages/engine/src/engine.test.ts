import type { GenerateRequest, TokenEvent } from "@tokenmill/core";
import { createPool } from "@tokenmill/worker-pool";
import { firstValueFrom, take, toArray } from "rxjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEngine } from "./engine.ts";
import type { Engine } from "./types.ts";
import { SequenceError } from "./errors.ts";
import { collect, hashBatchSource, hashSource, pieces, pieceTokenizer, run, tokensOf } from "./testing/sources.ts";

const eos = pieces.length - 1;
const textOf = (events: readonly TokenEvent[]): string => events.map(({ text }) => text).join("");
const decode = (tokenIds: readonly number[]): string =>
  new TextDecoder().decode(Buffer.concat(tokenIds.map((tokenId) => pieceTokenizer.tokenBytes(tokenId))));

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ source: hashSource({ tokenizer: pieceTokenizer }), workers: 2, slots: 8, seed: 1 });
});
afterAll(() => engine.close());

describe("generate", () => {
  it("gives maxTokens events with consecutive indices, finishReason and usage on the last only", async () => {
    const events = await collect(engine.generate({ sequenceId: 5, prompt: "abc", maxTokens: 9, ignoreEos: true }));
    expect(events.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(events.every(({ sequenceId }) => sequenceId === 5)).toBe(true);
    const last = events.pop()!;
    expect(last).toMatchObject({ finishReason: "length", usage: { promptTokens: 3, completionTokens: 9 } });
    expect(last).not.toHaveProperty("stopReason");
    for (const event of events) expect(Object.keys(event)).toEqual(["sequenceId", "index", "tokenId", "text"]);
  });

  it("starts nothing before it is subscribed to, and starts anew for each subscriber", async () => {
    const before = engine.stats().tokens;
    const stream = engine.generate({ sequenceId: 6, maxTokens: 4, ignoreEos: true });
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(engine.stats().tokens).toBe(before);
    const first = await collect(stream);
    expect(await collect(stream)).toEqual(first);
  });

  it("numbers sequences without an id in order of arrival, skipping ids in use", async () => {
    const fresh = await createEngine({ source: hashSource(), workers: 0, slots: 4 });
    const ids = [{}, { sequenceId: 2 }, {}, {}].map((request) => {
      return fresh.open({ ...request, maxTokens: 1 }, { next() {}, error() {}, complete() {} }).sequenceId;
    });
    expect(ids).toEqual([0, 2, 1, 3]);
    await fresh.close();
  });

  it("uses the engine's seed for requests without one, and any 64-bit seed and id", async () => {
    const request: GenerateRequest = { sequenceId: 7, prompt: "ab", maxTokens: 20, ignoreEos: true };
    expect(await tokensOf(engine, { ...request, seed: 1 })).toEqual(await tokensOf(engine, request));
    expect(await tokensOf(engine, { ...request, seed: 2 })).not.toEqual(await tokensOf(engine, request));
    const events = await collect(engine.generate({ ...request, seed: 2n ** 64n - 1n, sequenceId: 2n ** 64n - 1n }));
    expect(events[0]!.sequenceId).toBe(2n ** 64n - 1n);
    expect((await collect(engine.generate({ ...request, sequenceId: 8n })))[0]!.sequenceId).toBe(8);
  });

  it("draws as the sequence whose randomStreamId is given, also several at a time and after a resume", async () => {
    const request: GenerateRequest = { prompt: "ab", maxTokens: 20, ignoreEos: true };
    const tokens = await tokensOf(engine, { ...request, sequenceId: 9 });
    const alike = { ...request, randomStreamId: 9 };
    expect(await Promise.all([tokensOf(engine, alike), tokensOf(engine, alike)])).toEqual([tokens, tokens]);
    const handle = engine.open(alike, { next() {}, error() {}, complete() {} });
    const record = handle.snapshot();
    handle.cancel();
    expect((await collect(engine.resume(record))).map(({ tokenId }) => tokenId)).toEqual(tokens);
  });

  it("gives logprob, rank and the best tokens with their texts when asked", async () => {
    const [event] = await collect(engine.generate({ maxTokens: 1, ignoreEos: true, logprobs: 3, temperature: 0 }));
    expect(event!.rank).toBe(1);
    expect(event!.topLogprobs).toHaveLength(3);
    expect(event!.topLogprobs![0]).toMatchObject({ tokenId: event!.tokenId, logprob: event!.logprob });
    const { tokenId, text } = event!.topLogprobs![1]!;
    expect(text).toBe(decode([tokenId]));
    const [chosenOnly] = await collect(engine.generate({ maxTokens: 1, ignoreEos: true, logprobs: 0 }));
    expect(chosenOnly).toHaveProperty("logprob");
    expect(chosenOnly).not.toHaveProperty("topLogprobs");
  });

  it("gives the named tokens' logprobs in the order asked, -Infinity for what is banned from what was drawn from", async () => {
    const asked = { maxTokens: 2, ignoreEos: true, logprobTokenIds: [5, 2, 3], bannedTokenIds: [2], seed: 1 };
    const raw = await collect(engine.generate({ ...asked, logprobs: 16 }));
    const processed = await collect(engine.generate({ ...asked, logprobsMode: "processed" }));
    for (const [i, event] of raw.entries()) {
      expect(event.namedLogprobs).toEqual(
        [5, 2, 3].map((id) => event.topLogprobs!.find(({ tokenId }) => tokenId === id)),
      );
      const { namedLogprobs, topLogprobs, logprob, rank } = processed[i]!;
      expect(namedLogprobs!.map(({ tokenId }) => tokenId)).toEqual([5, 2, 3]);
      expect(namedLogprobs![1]).toEqual({ tokenId: 2, logprob: -Infinity, text: decode([2]) });
      expect([topLogprobs, typeof logprob, typeof rank]).toEqual([undefined, "number", "number"]);
    }
    const [plain] = await collect(engine.generate({ maxTokens: 1, ignoreEos: true, logprobs: 0 }));
    expect(plain).not.toHaveProperty("namedLogprobs");
  });

  it("tells what each token was drawn from, draws the same, and fails before a token of too large a set", async () => {
    const asked: GenerateRequest = { sequenceId: 3, maxTokens: 20, ignoreEos: true, topK: 3, seed: 1 };
    const plain = await collect(engine.generate(asked));
    const told = await collect(engine.generate({ ...asked, samplingMask: true }));
    expect(told.map(({ samplingMask: _mask, samplingLogprob: _logprob, ...event }) => event)).toEqual(plain);
    for (const { tokenId, samplingMask, samplingLogprob } of told) {
      expect(samplingMask).toHaveLength(3);
      expect(samplingMask).toContain(tokenId);
      expect(samplingLogprob).toBeLessThan(0);
    }
    const whole = await collect(engine.generate({ ...asked, topK: 0, samplingMask: true }));
    expect(whole.every(({ samplingMask }) => samplingMask === "all")).toBe(true);
    const small = await createEngine({ source: engine.source, workers: 0, slots: 1, maxSamplingMask: 2 });
    const events: TokenEvent[] = [];
    const failed = new Promise((resolve) => {
      const request = { ...asked, chain: ["topK"] as const, samplingMask: true };
      small.generate(request).subscribe({ next: (event) => events.push(event), error: resolve });
    });
    expect(await failed).toMatchObject({ code: "sampling_mask_too_large" });
    expect(events).toEqual([]);
    await small.close();
  });

  it("joins to the text of the tokens, U+FFFD for what is never completed", async () => {
    for (let sequenceId = 0; sequenceId < 40; sequenceId++) {
      const events = await collect(engine.generate({ sequenceId, maxTokens: 30, bannedTokenIds: [eos] }));
      expect(textOf(events)).toBe(decode(events.map(({ tokenId }) => tokenId)));
    }
  });
});

describe("stop rules", () => {
  it("ends at end of text with that token, no text of its own, and whatever was held back", async () => {
    let endings = 0;
    for (let sequenceId = 0; sequenceId < 30; sequenceId++) {
      const events = await collect(engine.generate({ sequenceId, maxTokens: 200, stop: "never appears" }));
      const last = events.at(-1)!;
      if (last.tokenId !== eos) continue;
      endings++;
      expect(last).toMatchObject({ finishReason: "stop", stopReason: eos });
      expect(events.slice(0, -1).some(({ tokenId }) => tokenId === eos)).toBe(false);
      expect(textOf(events)).toBe(decode(events.slice(0, -1).map(({ tokenId }) => tokenId)));
    }
    expect(endings).toBeGreaterThan(20);
  });

  it("goes on after end of text with ignoreEos, but still ends at a stop id", async () => {
    const ids = await tokensOf(engine, { sequenceId: 3, maxTokens: 300, ignoreEos: true });
    expect(ids).toHaveLength(300);
    expect(ids).toContain(eos);
    const stopped = await collect(
      engine.generate({ sequenceId: 3, maxTokens: 300, ignoreEos: true, stopTokenIds: [2] }),
    );
    expect(stopped.map(({ tokenId }) => tokenId)).toEqual(ids.slice(0, ids.indexOf(2) + 1));
    expect(stopped.at(-1)).toMatchObject({ finishReason: "stop", stopReason: 2 });
  });

  it("cuts at the stop string that is complete first, across tokens, for 120 sequences and 3 stop lists", async () => {
    let matches = 0;
    for (const stop of [["bc"], ["é a", "abcab", "😀"], ["\uFFFD", "a", "ca"]]) {
      for (let sequenceId = 0; sequenceId < 40; sequenceId++) {
        const request = { sequenceId, maxTokens: 60, ignoreEos: true };
        const ids = await tokensOf(engine, request);
        const events = await collect(engine.generate({ ...request, stop }));
        const all = decode(ids);
        const ends = stop.map((string) => (all.includes(string) ? all.indexOf(string) + string.length : Infinity));
        const complete = stop.filter((_, i) => ends[i] === Math.min(...ends) && ends[i] !== Infinity);
        const match = complete.sort((a, b) => b.length - a.length)[0];
        if (match !== undefined) matches++;
        expect(events.map(({ tokenId }) => tokenId)).toEqual(ids.slice(0, events.length));
        expect(events.at(-1)!.stopReason).toBe(match);
        expect(events.at(-1)!.finishReason).toBe(match === undefined ? "length" : "stop");
        expect(textOf(events)).toBe(match === undefined ? all : all.slice(0, all.indexOf(match)));
      }
    }
    expect(matches).toBeGreaterThan(60);
  });

  it("emits nothing that turns out to be part of a stop string", async () => {
    const source = { ...hashSource({ tokenizer: pieceTokenizer }) };
    const small = await createEngine({ source, workers: 0, slots: 1, seed: 4 });
    const request = { sequenceId: 1, prompt: "a", maxTokens: 3, allowedTokenIds: [3], stop: "ababa" };
    const events = await collect(small.generate(request));
    expect(events.map(({ text }) => text)).toEqual(["", "", ""]);
    expect(events.at(-1)).toMatchObject({ finishReason: "stop", stopReason: "ababa" });
    await small.close();
  });

  it("neither ends nor searches before minTokens", async () => {
    for (const minTokens of [1, 5, 12]) {
      const request = { sequenceId: 9, maxTokens: 12, minTokens, stop: ["a", "b", "c", " "] };
      const events = await collect(engine.generate(request));
      expect(events.length).toBeGreaterThanOrEqual(Math.min(12, minTokens + (minTokens < 12 ? 1 : 0)));
      expect(events.slice(0, minTokens).some(({ tokenId }) => tokenId === eos)).toBe(false);
    }
  });

  it("counts a stop string on the last token as stop, not length", async () => {
    const events = await collect(engine.generate({ maxTokens: 2, allowedTokenIds: [0], stop: "aa" }));
    expect(events.at(-1)).toMatchObject({ finishReason: "stop", stopReason: "aa" });
    expect(textOf(events)).toBe("");
  });
});

describe("requests that are refused", () => {
  const cases: [GenerateRequest | Record<string, unknown>, string][] = [
    [{ maxToken: 3 }, 'unknown request field "maxToken", did you mean "maxTokens"?'],
    [{ temprature: 1 }, 'unknown request field "temprature", did you mean "temperature"?'],
    [{ maxTokens: 0 }, '"maxTokens" expected integer in [1, 2^24], got 0'],
    [{ maxTokens: "5" }, '"maxTokens" expected integer in [1, 2^24], got "5"'],
    [{ maxTokens: 2 ** 24 + 1 }, '"maxTokens" expected integer in [1, 2^24], got 16777217'],
    [{ minTokens: 300 }, '"minTokens" expected integer in [0, 256], as "maxTokens" is 256, got 300'],
    [{ prompt: [0, 16] }, '"prompt[1]" expected token id in [0, 16), got 16'],
    [{ prompt: [0.5] }, '"prompt[0]" expected token id in [0, 16), got 0.5'],
    [{ prompt: 7 }, '"prompt" expected string or array of token ids, got 7'],
    [{ prompt: "a\udc00" }, '"prompt" expected well-formed text, got a lone surrogate, half of a character, at 1'],
    [{ sequenceId: -1 }, '"sequenceId" expected safe integer ≥ 0 or bigint in [0, 2^64), got -1'],
    [
      { sequenceId: 2n ** 64n },
      '"sequenceId" expected safe integer ≥ 0 or bigint in [0, 2^64), got 18446744073709551616n',
    ],
    [{ seed: 0.1 }, '"seed" expected integer in [-2^63, 2^64), a bigint where it is no safe integer, got 0.1'],
    [{ stop: "" }, '"stop[0]" expected well-formed string of 1 to 4096 UTF-16 units, got ""'],
    [{ stop: ["a", "\ud800"] }, '"stop[1]" expected well-formed string of 1 to 4096 UTF-16 units, got "\\ud800"'],
    [{ stop: [1] }, '"stop[0]" expected string, got 1'],
    [{ ignoreEos: 1 }, '"ignoreEos" expected boolean, got 1'],
    [{ topP: 0 }, '"topP" expected number in (0, 1], got 0'],
    [{ stopTokenIds: [99] }, '"stopTokenIds[0]" expected token id in [0, 15], got 99'],
    [{ stopTokenIds: 5 }, '"stopTokenIds" expected array of token ids inside the vocabulary, got 5'],
    [{ logprobs: 21 }, '"logprobs" expected integer in [0, 20] (maxLogprobs), got 21'],
    [{ logprobTokenIds: [1, 2, 1] }, '"logprobTokenIds[2]" expected token id that comes once, got 1'],
    [{ logprobTokenIds: [1, 16] }, '"logprobTokenIds[1]" expected token id in [0, 15], got 16'],
  ];
  it.each(cases)("%o", async (request, message) => {
    const before = engine.stats();
    await expect(collect(engine.generate(request as GenerateRequest))).rejects.toThrow(message);
    expect(() => engine.open(request as GenerateRequest, { next() {}, error() {}, complete() {} })).toThrow(message);
    expect(engine.stats()).toMatchObject({ open: before.open, freeSlots: before.freeSlots });
  });

  it("text without a tokenizer, as prompt and as stop string", async () => {
    const bare = await createEngine({ source: hashSource(), workers: 0, slots: 1 });
    await expect(collect(bare.generate({ prompt: "text" }))).rejects.toThrow(
      '"prompt" expected token ids, got text: source "hash" has no tokenizer',
    );
    await expect(collect(bare.generate({ stop: "text" }))).rejects.toThrow(
      'got "hash" without one: use "stopTokenIds"',
    );
    expect(await collect(bare.generate({ prompt: [], maxTokens: 1 }))).toHaveLength(1);
    await bare.close();
  });

  it("a sequence id that is open, until that sequence ends", async () => {
    const request = { sequenceId: 77, maxTokens: 5, ignoreEos: true };
    const first = collect(engine.generate(request));
    await expect(collect(engine.generate(request))).rejects.toMatchObject({
      code: "duplicate_sequence_id",
      sequenceId: 77,
    });
    expect(await first).toEqual(await collect(engine.generate(request)));
  });

  it("any request after close", async () => {
    const closed = await createEngine({ source: hashSource(), workers: 1, slots: 2 });
    const open = collect(closed.generate({ maxTokens: 1e6 }));
    await Promise.all([closed.close(), closed.close(), expect(open).rejects.toMatchObject({ code: "engine_closed" })]);
    await expect(collect(closed.generate({}))).rejects.toMatchObject({ code: "engine_closed" });
  });
});

describe("determinism", () => {
  it("gives the same events for 0, 1 and 3 workers, 1 to 24 slots, either source kind and any company", async () => {
    const requests: GenerateRequest[] = Array.from({ length: 24 }, (_, i) => ({
      sequenceId: 100 + i,
      seed: i % 3,
      prompt: [i % 16, 3],
      maxTokens: 12 + i,
      temperature: i % 4 === 0 ? 0 : 0.8,
      topK: i % 5 === 0 ? 3 : 0,
      topP: i % 2 === 0 ? 0.9 : 1,
      repetitionPenalty: i % 3 === 0 ? 1.3 : 1,
      ...(i % 4 === 1 && { logprobs: 2 }),
    }));
    const outcomes: TokenEvent[][][] = [];
    for (const [workers, slots, order] of [
      [0, 1, 1],
      [1, 7, 1],
      [3, 24, -1],
      [2, 3, 1],
    ] as const) {
      const other = await createEngine({ source: hashSource(), workers, slots });
      const list = requests.map((request) => () => collect(other.generate(request)));
      const results = await Promise.all(
        order === 1 ? list.map((start) => start()) : list.reverse().map((start) => start()),
      );
      outcomes.push(order === 1 ? results : results.reverse());
      await other.close();
    }
    const batch = await createEngine({ source: hashBatchSource(), workers: 2, slots: 6 });
    outcomes.push(await Promise.all(requests.map((request) => collect(batch.generate(request)))));
    await batch.close();
    for (const outcome of outcomes.slice(1)) expect(outcome).toEqual(outcomes[0]);
    expect(new Set(outcomes[0]!.map((events) => JSON.stringify(events.map(({ tokenId }) => tokenId)))).size).toBe(24);
  });

  it("differs between engines without a seed, and repeats with the seed that the engine reports", async () => {
    const options = { source: hashSource(), workers: 0, slots: 2 };
    const first = await createEngine(options);
    const second = await createEngine(options);
    const third = await createEngine({ ...options, seed: first.seed });
    const request = { sequenceId: 1, maxTokens: 20 };
    expect(Number.isSafeInteger(first.seed)).toBe(true);
    expect(await tokensOf(second, request)).not.toEqual(await tokensOf(first, request));
    expect(await tokensOf(third, request)).toEqual(await tokensOf(first, request));
    await Promise.all([first.close(), second.close(), third.close()]);
  });
});

describe("options", () => {
  it("takes a pool and leaves it open", async () => {
    const source = hashSource();
    const pool = await createPool({ source, workers: 1, slots: 2 });
    await expect(createEngine({ source, pool, workers: 2 })).rejects.toThrow('"workers" has no effect on a given pool');
    await expect(createEngine({ source: hashSource({ vocabSize: 9 }), pool })).rejects.toThrow(
      '"pool" expected a pool',
    );
    const guest = await createEngine({ source, pool });
    expect(await tokensOf(guest, { maxTokens: 3 })).toHaveLength(3);
    await guest.close();
    expect(pool.freeSlots).toBe(2);
    await pool.close();
  });

  it("refuses unknown and bad options by name", async () => {
    const source = hashSource();
    await expect(createEngine({ source, slot: 3 } as never)).rejects.toThrow('did you mean "slots"?');
    await expect(createEngine({ source, maxSequences: 0 })).rejects.toThrow(
      '"maxSequences" expected integer ≥ 1, got 0',
    );
    await expect(createEngine({ source, workers: -1 })).rejects.toThrow('"workers" expected');
    await expect(createEngine({} as never)).rejects.toThrow('"source" expected a logits source');
  });
});

describe("unsubscribing", () => {
  it("inside next gives no further event, frees the slot and the id at once", async () => {
    const events = await firstValueFrom(engine.generate({ sequenceId: 50, maxTokens: 1e5 }).pipe(take(3), toArray()));
    expect(events).toHaveLength(3);
    expect(() => engine.snapshot(50)).toThrow(SequenceError);
    expect(await tokensOf(engine, { sequenceId: 50, maxTokens: 2, ignoreEos: true })).toHaveLength(2);
    expect(engine.stats()).toMatchObject({ open: 0, active: 0, freeSlots: 8 });
  });

  it("before the first event gives none", async () => {
    const events: TokenEvent[] = [];
    engine
      .generate({ maxTokens: 5 })
      .subscribe((event) => events.push(event))
      .unsubscribe();
    await run(engine, { maxTokens: 3, ignoreEos: true });
    expect(events).toEqual([]);
    expect(engine.stats().open).toBe(0);
  });
});
