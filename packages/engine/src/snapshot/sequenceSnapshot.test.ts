import type { GenerateRequest, TokenEvent, Tokenizer } from "@tokenmill/core";
import { Observable } from "rxjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEngine } from "../engine.ts";
import type { Engine } from "../types.ts";
import { collect, hashBatchSource, hashSource, pieces, pieceTokenizer, run } from "../testing/sources.ts";
import { textChoices } from "../testing/textChoices.ts";
import { advanceRecord, type SequenceSnapshot } from "./sequenceSnapshot.ts";

const source = hashSource({ tokenizer: pieceTokenizer });
let here: Engine;
let there: Engine;
beforeAll(async () => {
  here = await createEngine({ source, grammar: textChoices(), workers: 1, slots: 3, seed: 11 });
  there = await createEngine({ source, grammar: textChoices(), workers: 1, slots: 5, seed: 99 });
});
afterAll(() => Promise.all([here.close(), there.close()]));

/** As it would travel. */
const wire = (record: SequenceSnapshot): SequenceSnapshot => JSON.parse(JSON.stringify(record)) as SequenceSnapshot;

/** All events of a request and the record after each. */
async function recorded(engine: Engine, request: GenerateRequest) {
  const records: SequenceSnapshot[] = [];
  const { events } = await run(engine, request, (event, handle) => {
    if (event.finishReason === undefined) records.push(wire(handle.snapshot()));
  });
  return { events, records };
}

describe("resume", () => {
  const requests: [string, GenerateRequest][] = [
    [
      "penalties",
      {
        prompt: "abcab",
        maxTokens: 40,
        ignoreEos: true,
        repetitionPenalty: 1.4,
        frequencyPenalty: 0.3,
        presencePenalty: 0.2,
      },
    ],
    [
      "stop strings",
      { prompt: [1, 2], maxTokens: 60, ignoreEos: true, stop: ["abcabcab", "é😀é", "b\uFFFDc"], bannedTokenIds: [4] },
    ],
    [
      "stop regexes",
      {
        maxTokens: 60,
        ignoreEos: true,
        minTokens: 12,
        stop: "abcabcab",
        stopRegex: ["é😀é", "b\uFFFDc", "cab\nab$"],
        bannedTokenIds: [4],
      },
    ],
    [
      "a loop",
      {
        minTokens: 20,
        maxTokens: 200,
        ignoreEos: true,
        allowedTokenIds: [0, 1, 2],
        repetitionDetection: { maxPatternSize: 3, minCount: 4 },
      },
    ],
    ["half characters", { maxTokens: 40, allowedTokenIds: [0, 6, 9, 10, 11, 12, 13], stop: "a😀a\uFFFDa" }],
    [
      "banned texts",
      { maxTokens: 60, ignoreEos: true, bannedStrings: ["bcab", "a b", "é", "\uFFFDa", "cc"], bannedN: 2 },
    ],
    [
      "banned texts that come nevertheless, with mirostat",
      {
        maxTokens: 60,
        allowedTokenIds: [0, 1, 5],
        bannedStrings: ["ab", "ba", "aaa "],
        rewindCountMax: 1,
        mirostat: 2,
      },
    ],
    [
      "thinking that is ended, with what is forced and banned",
      {
        prompt: " ab",
        maxTokens: 60,
        ignoreEos: true,
        thinkingTokenBudget: 4,
        thinking: { start: " ", ends: ["bc", [6]], forcedEnd: "cabc" },
        forcedTokenIds: [1, 0, 5],
        forcedEosTokenId: 3,
        bannedStrings: ["aa", "cb"],
        mirostat: 2,
      },
    ],
    [
      "phases with states, some of which a rewind passes",
      {
        prompt: " ab",
        maxTokens: 80,
        ignoreEos: true,
        mirostat: 2,
        mirostatTau: 2,
        thinking: { start: " ", ends: ["c", [6]] },
        phases: [
          { from: "answer", params: { temperature: 0.7, logitBias: new Map([[5, -Infinity]]) } },
          { from: { text: "ab" }, params: { mirostat: 0, topP: 0.9 } },
          { from: { tokenIds: [7] }, params: { mirostat: 0, adaptiveTarget: 0.3 } },
          { from: "thinking", params: { temperature: 2 } },
          { from: 40, params: { mirostat: 1 } },
        ],
        bannedStrings: ["aa", "cb", "abc", "b "],
      },
    ],
    [
      "phases that begin at once, of a sequence without a state of its own",
      {
        maxTokens: 40,
        ignoreEos: true,
        phases: [
          { from: 0, params: { mirostat: 2, mirostatTau: 1 } },
          { from: 20, params: {} },
          { from: 30, params: { adaptiveTarget: 0.5 } },
        ],
      },
    ],
    ["mirostat 1", { maxTokens: 40, ignoreEos: true, mirostat: 1, mirostatTau: 2, mirostatEta: 0.3 }],
    ["mirostat 2 and DRY", { maxTokens: 40, ignoreEos: true, mirostat: 2, mirostatTau: 2, dryMultiplier: 0.8 }],
    ["adaptive-p", { maxTokens: 40, ignoreEos: true, adaptiveTarget: 0.4, noRepeatNgramSize: 3 }],
    [
      "everything else",
      {
        sequenceId: 2n ** 64n - 3n,
        seed: 2n ** 63n + 1n,
        profile: "llama.cpp",
        maxTokens: 30,
        minTokens: 20,
        stop: ["a", "b"],
        logprobs: 2,
        logprobTokenIds: [9, 3, 0],
        samplingMask: true,
        logprobsMode: "processed",
        logitBias: new Map([
          [3, 5],
          [4, -Infinity],
        ]),
        stopTokenIds: [7],
      },
    ],
  ];
  it.each(requests)(
    "the record of a request, advanced by ids and state, is that of its sequence: %s",
    async (_name, request) => {
      const withId = { sequenceId: 22, ...request };
      const base = wire(here.record(withId));
      const ids: number[] = [];
      let checked = 0;
      const { events } = await run(here, withId, ({ tokenId, finishReason }, handle) => {
        ids.push(tokenId);
        if (finishReason !== undefined) return;
        checked++;
        expect(advanceRecord(base, ids, handle.carried())).toEqual(wire(handle.snapshot()));
      });
      expect(checked).toBeGreaterThan(15);
      // The other engine has another seed of its own.
      while (there.stats().open > 0) await new Promise((resolve) => setImmediate(resolve));
      expect(await collect(there.resume(base))).toEqual(events);
      expect(() => advanceRecord(advanceRecord(base, ids, { text: base.text }), ids, base)).toThrow(
        '"position" expected 0',
      );
    },
  );

  it.each(requests)("continues bit-identically from every position: %s", async (_name, request) => {
    const { events, records } = await recorded(here, { sequenceId: 21, ...request });
    expect(records.length).toBeGreaterThan(15);
    expect(records.map(({ position }) => position)).toEqual(records.map((_, i) => i + 1));
    const continued = await Promise.all(
      records.map(async (record, i) => {
        // The same id is open once at a time: engines of their own would be slower.
        const alias = wire({ ...record, sequenceId: record.sequenceId });
        while (there.stats().open > 0) await new Promise((resolve) => setImmediate(resolve));
        return { from: i + 1, events: await collect(there.resume(alias)) };
      }),
    );
    for (const { from, events: rest } of continued) expect(rest).toEqual(events.slice(from));
  });

  it("holds back text and half characters over the cut", async () => {
    const { records } = await recorded(here, {
      maxTokens: 60,
      allowedTokenIds: [0, 6, 9, 10, 11, 12, 13],
      stop: "a😀a\uFFFDa",
    });
    expect(records.some(({ text }) => text.heldText !== "")).toBe(true);
    expect(records.some(({ text }) => text.utf8State !== 0)).toBe(true);
  });

  it("continues a record that was resumed before, and counts the lives in epoch", async () => {
    const request = { sequenceId: 31, maxTokens: 30, ignoreEos: true, prompt: "ab" };
    const { events, records } = await recorded(here, request);
    const first = records[4]!;
    expect(first.epoch).toBe(0);
    const second = await new Promise<SequenceSnapshot>((resolve) => {
      const handle = there.reopen(first, {
        next({ index }: TokenEvent) {
          if (index !== 11) return;
          const record = handle.snapshot();
          handle.cancel();
          resolve(wire(record));
        },
        error() {},
        complete() {},
      });
    });
    expect(second).toMatchObject({ epoch: 1, position: 12, sequenceId: "31" });
    expect(await collect(here.resume(second))).toEqual(events.slice(12));
  });

  it("continues a record taken before the first token, while the sequence waits", async () => {
    const request: GenerateRequest = { sequenceId: 32, maxTokens: 10, ignoreEos: true, prompt: "abc" };
    const running = collect(here.generate(request));
    const record = wire(here.snapshot(32));
    expect(record).toMatchObject({ position: 0, outputTokenIds: [], promptTokenIds: [0, 1, 2] });
    expect(await collect(there.resume(record))).toEqual(await running);
  });

  it("has the state as of the last event, which decides what comes", async () => {
    const request: GenerateRequest = { sequenceId: 34, maxTokens: 30, ignoreEos: true, mirostat: 2, mirostatTau: 1 };
    const { events, records } = await recorded(here, request);
    const states = records.map(({ state }) => state);
    expect(new Set(states.map((state) => state![0])).size).toBe(states.length);
    const forgotten = { ...records[9]!, state: [40, 0, 0, 0] };
    const other = await collect(there.resume(forgotten));
    expect(other.map(({ tokenId }) => tokenId)).not.toEqual(events.slice(10).map(({ tokenId }) => tokenId));
  });

  it("is cold, and the record is plain data that says what it is", async () => {
    const { records } = await recorded(here, { sequenceId: 33, maxTokens: 5, ignoreEos: true, seed: 7, topK: 9 });
    const record = records[2]!;
    expect(there.resume(record)).toBeInstanceOf(Observable);
    expect(there.stats().open).toBe(0);
    expect(record).toMatchObject({
      version: 4,
      profile: "tokenmill",
      params: { seed: "7", topK: 9 },
      vocabSize: pieces.length,
      sequenceId: "33",
      maxTokens: 5,
      position: 3,
      text: { utf8State: expect.any(Number), heldText: "" },
      historyDigest: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
  });
});

describe("records that are refused", () => {
  let good: SequenceSnapshot;
  beforeAll(async () => {
    const { records } = await recorded(here, {
      sequenceId: 41,
      prompt: "ab",
      maxTokens: 20,
      ignoreEos: true,
      stop: "abab",
    });
    good = records[9]!;
  });
  const cases: [string, (record: SequenceSnapshot) => unknown, string, string][] = [
    ["another version", (r) => ({ ...r, version: 1 }), "foreign_version", '"version" expected 4, got 1'],
    ["another vocabulary", (r) => ({ ...r, vocabSize: 17 }), "foreign_vocabulary", "expected the source's 16, got 17"],
    [
      "a changed output id",
      (r) => ({ ...r, outputTokenIds: r.outputTokenIds.with(4, r.outputTokenIds[4]! ^ 1) }),
      "digest_mismatch",
      '"historyDigest" expected',
    ],
    ["a changed prompt id", (r) => ({ ...r, promptTokenIds: [1, 0] }), "digest_mismatch", '"historyDigest" expected'],
    [
      "an id moved to the prompt",
      (r) => ({
        ...r,
        promptTokenIds: [...r.promptTokenIds, r.outputTokenIds[0]],
        outputTokenIds: r.outputTokenIds.slice(1),
      }),
      "digest_mismatch",
      '"historyDigest" expected',
    ],
    ["another position", (r) => ({ ...r, position: 9 }), "malformed", '"position" expected 10'],
    [
      "nothing left to do",
      (r) => ({ ...r, maxTokens: 10 }),
      "malformed",
      '"maxTokens" expected more than position (10)',
    ],
    ["another text state", (r) => ({ ...r, text: { ...r.text, heldText: "aba" } }), "text_diverged", '"text" expected'],
    ["no seed", (r) => ({ ...r, params: {} }), "malformed", '"params.seed" expected a decimal string'],
    ["no record", () => null, "malformed", '"record" expected an object'],
    ["a state that nothing has", (r) => ({ ...r, state: [1, 0, 0, 0] }), "malformed", '"state" expected nothing'],
    [
      "no state where mirostat has one",
      (r) => ({ ...r, params: { ...r.params, mirostat: 2 } }),
      "malformed",
      '"state" expected 4 finite numbers',
    ],
    [
      "a state of another phase",
      (r) => ({
        ...r,
        params: { ...r.params, mirostat: 2 },
        steering: { phases: [{ from: 9, params: { mirostat: 0 } }] },
        state: [1, 0, 0, 0],
      }),
      "malformed",
      '"state" expected nothing',
    ],
    [
      "no state where the phase has one",
      (r) => ({ ...r, steering: { phases: [{ from: 9, params: { mirostat: 2 } }] } }),
      "malformed",
      '"state" expected 4 finite numbers',
    ],
    ["ids that are no ids", (r) => ({ ...r, outputTokenIds: [-1] }), "malformed", '"outputTokenIds" expected'],
  ];
  it.each(cases)("%s", async (_name, change, code, message) => {
    const record = change(good) as SequenceSnapshot;
    await expect(collect(there.resume(record))).rejects.toMatchObject({
      name: "SnapshotError",
      code,
      message: expect.stringContaining(message),
    });
    expect(there.stats().open).toBe(0);
  });

  it.each([
    [
      "an id beyond 64 bits",
      { sequenceId: String(2n ** 64n + 5n) },
      '"sequenceId" expected safe integer ≥ 0 or bigint',
    ],
    ["a stream beyond 64 bits", { randomStreamId: String(2n ** 64n + 5n) }, '"randomStreamId" expected safe integer'],
    ["more than the context holds", { maxTokens: 31 }, '"maxTokens" expected at most 30, got 31: source "hash-batch"'],
  ])("%s", async (_name, change, message) => {
    const short = { ...hashBatchSource(undefined, pieces.length), tokenizer: pieceTokenizer, contextTokens: 32 };
    const engine = await createEngine({ source: short, workers: 0, slots: 1 });
    await expect(collect(engine.resume({ ...good, ...change }))).rejects.toMatchObject({
      name: "RangeError",
      message: expect.stringContaining(message),
    });
    await engine.close();
  });

  it("of a request without an id, which nobody would number", () => {
    expect(() => here.record({ prompt: "a" } as never)).toThrow('"sequenceId" expected an id');
  });

  it("another tokenizer, as long as its text differs", async () => {
    const swapped: Tokenizer = {
      ...pieceTokenizer,
      tokenBytes: (id) => pieceTokenizer.tokenBytes(id === 0 ? 1 : id === 1 ? 0 : id),
    };
    const { records } = await recorded(here, { maxTokens: 20, allowedTokenIds: [0, 1], stop: "aaaaaaaaab" });
    const foreign = await createEngine({ source: hashSource({ tokenizer: swapped }), workers: 0, slots: 1 });
    const record = records.find(({ text }) => text.heldText !== "")!;
    await expect(collect(foreign.resume(record))).rejects.toMatchObject({ code: "text_diverged" });
    await foreign.close();
  });

  it("one whose sequence is still open here, and snapshots of what is not", async () => {
    const running = collect(here.generate({ sequenceId: 51, maxTokens: 10, ignoreEos: true }));
    await expect(collect(here.resume(here.snapshot(51)))).rejects.toMatchObject({ code: "duplicate_sequence_id" });
    await running;
    expect(() => here.snapshot(51)).toThrow("sequence 51 is not open");
  });
});
