/** Held and forced tokens together, and what observers, records and damaged tokenizers do in the middle. */
import type { Tokenizer } from "@tokenmill/core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createEngine } from "../engine.ts";
import { advanceRecord, type SequenceSnapshot } from "../snapshot/sequenceSnapshot.ts";
import { collect, hashSource, run } from "../testing/sources.ts";
import type { Engine } from "../types.ts";

const words = ["a", "b", "c", "d", " "];
const tokenizer: Tokenizer = {
  vocabSize: words.length,
  eosTokenId: undefined,
  encode: (text) => Array.from(text, (character) => words.indexOf(character)),
  tokenBytes: (tokenId) => new TextEncoder().encode(words[tokenId]),
};
const [a, b, c, d] = [0, 1, 2, 3] as const;

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ source: hashSource({ tokenizer }), workers: 1, slots: 4, seed: 5 });
});
afterAll(() => engine.close());

it.each([{}, { logprobs: 1 }])(
  "a forced token that completes a banned text takes back what was drawn, with %j",
  async (fields) => {
    const { takenBack } = engine.stats();
    for (let sequenceId = 0; sequenceId < 30; sequenceId++) {
      const { events, error } = await run(engine, {
        sequenceId,
        maxTokens: 12,
        allowedTokenIds: [a, c, 4],
        bannedStrings: ["adb", "ccd"],
        thinkingTokenBudget: 3,
        thinking: { isOpen: true, start: [d, d], ends: [[d, b]] },
        ...fields,
      });
      expect(error).toBeUndefined();
      expect(events).toHaveLength(12);
      expect(events.slice(3, 5).map(({ tokenId }) => tokenId)).toEqual([d, b]);
      expect(events.map(({ text }) => text).join("")).not.toMatch(/adb|ccd/);
    }
    expect(engine.stats().takenBack).toBeGreaterThan(takenBack + 10);
  },
);

it("an observer that makes its sequence pause and go on between forced tokens gets each row once", async () => {
  for (let at = 0; at < 4; at++) {
    const request = { sequenceId: 7, maxTokens: 9, forcedTokenIds: [a, b, c] };
    const { rowsSampled } = engine.stats().pool;
    const { events } = await run(engine, request, ({ index }, handle) => {
      if (index !== at) return;
      handle.pause();
      handle.resume();
    });
    expect(events.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(engine.stats()).toMatchObject({ open: 0, ready: 0, active: 0, freeSlots: 4 });
    expect(engine.stats().pool.rowsSampled - rowsSampled).toBe(6);
  }
});

it("timers and sockets have their turns while many tokens are forced", async () => {
  const forcedTokenIds = Array.from({ length: 20_000 }, (_, i) => i % 5);
  let rounds = 0;
  let isOver = false;
  const round = (): void => {
    rounds++;
    if (!isOver) setImmediate(round);
  };
  setImmediate(round);
  const { events } = await run(engine, { sequenceId: 8, maxTokens: 20_000, forcedTokenIds });
  isOver = true;
  expect(events.map(({ tokenId }) => tokenId)).toEqual(forcedTokenIds);
  expect(rounds).toBeGreaterThan(50);
});

it("records of a sequence that was held no longer go on as it did", async () => {
  const request = {
    sequenceId: 9,
    maxTokens: 1200,
    // open from the first token on: 1,024 leave together, and it does not begin in them
    bannedStrings: [`${"c".repeat(500)}a`],
    forcedTokenIds: Array.from({ length: 1200 }, (_, i) => (i === 1100 ? a : c)),
  };
  const records: SequenceSnapshot[] = [];
  const { events } = await run(engine, request, ({ index }, handle) => {
    if (index === 590) records.push(structuredClone(handle.snapshot()));
  });
  expect(events.filter(({ passedBan }) => passedBan !== undefined)).toEqual([]);
  for (const record of records) expect(await collect(engine.resume(record))).toEqual(events.slice(591));
  expect(records).toHaveLength(1);
});

it("a record that is brought to another place leaves behind what was taken back at its own", async () => {
  const request = { sequenceId: 1, maxTokens: 9, bannedStrings: ["ab"] };
  const base = structuredClone(engine.record(request));
  const early = { ...base, takenBack: { rewinds: 1, redraws: [1], bans: [[0, [a]] as const] } };
  expect(advanceRecord(early, [c], { text: base.text })).not.toHaveProperty("takenBack");
});

it("a record of a sequence without banned texts has none to take back", async () => {
  const record = structuredClone(engine.record({ sequenceId: 1, maxTokens: 9 }));
  const damaged = { ...record, takenBack: { rewinds: 1, redraws: [1], bans: [[0, [a]] as const] } };
  expect(() => engine.reopen(damaged, {} as never)).toThrow('"takenBack" expected rewinds, redraws and bans by place');
});

it.each([
  { bannedStrings: ["abc"] },
  { forcedTokenIds: [c, c] },
  { thinkingTokenBudget: 3, thinking: { start: "ab", ends: [" "] } },
])("a tokenizer that throws fails the sequence alone, with %j", async (rules) => {
  const faulty: Tokenizer = {
    ...tokenizer,
    tokenBytes(tokenId) {
      if (tokenId === c) throw new Error("planted tokenizer error");
      return tokenizer.tokenBytes(tokenId);
    },
  };
  const own = await createEngine({ source: hashSource({ tokenizer: faulty }), workers: 0, slots: 4 });
  try {
    const [failed, scored, other] = await Promise.all([
      run(own, { prompt: [a], maxTokens: 9, allowedTokenIds: [c], ...rules }),
      run(own, { prompt: [c, c], maxTokens: 9, allowedTokenIds: [c], ...rules }),
      run(own, { prompt: [a], maxTokens: 90, allowedTokenIds: [a, b] }),
    ]);
    for (const { error } of [failed, scored]) {
      expect(error).toMatchObject({ code: "internal", cause: new Error("planted tokenizer error") });
    }
    expect(other).toMatchObject({ events: { length: 90 } });
    expect(own.stats()).toMatchObject({ freeSlots: 4, arenaBytesUsed: 0, failed: 2, finished: 1 });
  } finally {
    await own.close();
  }
});
