/** Thinking budgets and forced tokens: what comes is what the rules say, token by token, with and without rows. */
import type { BatchSource, GenerateRequest, TokenEvent, Tokenizer } from "@tokenmill/core";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEngine } from "../engine.ts";
import { hashRow } from "../testing/hashRows.mjs";
import { hashSource, pieces, pieceTokenizer, run } from "../testing/sources.ts";
import { textChoices } from "../testing/textChoices.ts";
import type { Engine } from "../types.ts";

/** The first two are special tokens: they have names and no text. */
const names = ["<think>", "</think>"];
const words = ["", "", "a", "b", "(", ")", "((", "a)", ".", [0xf0, 0x9f], [0x98, 0x80]] as const;
const encoder = new TextEncoder();
const bytesOf = (id: number): Uint8Array =>
  typeof words[id] === "string" ? encoder.encode(words[id]) : Uint8Array.from(words[id]!);
const tokenizer: Tokenizer = {
  vocabSize: words.length,
  eosTokenId: undefined,
  specialTokens: new Map(names.map((name, id) => [id, name])),
  encode(text, { special = false } = {}) {
    const named = names.indexOf(text);
    if (special && named >= 0) return [named];
    return Array.from(text, (character) => words.findIndex((word) => word === character));
  },
  tokenBytes: bytesOf,
};

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ source: hashSource({ tokenizer }), workers: 1, slots: 6, seed: 5 });
});
afterAll(() => engine.close());

const idsOf = (events: readonly TokenEvent[]): number[] => events.map(({ tokenId }) => tokenId);

/** The likeliest tokens with a budget between two texts, in the obvious way; `forced`: how many came whatever the rows said. */
function reference(request: { sequenceId: number; prompt: number[]; maxTokens: number; budget: number; end: string }) {
  const { sequenceId, prompt, maxTokens, budget, end } = request;
  const ids = [...prompt];
  const textFrom = (at: number): string => Buffer.concat(ids.slice(at).map(bytesOf)).toString("latin1");
  let since: number | undefined;
  let queue: number[] = [];
  let forced = 0;
  const read = (): void => {
    const last = bytesOf(ids.at(-1)!).length;
    const endsNow = (tag: string, from: number): boolean => {
      const text = textFrom(from);
      return text.lastIndexOf(tag) + tag.length > text.length - last && text.includes(tag);
    };
    if (since === undefined) {
      if (last > 0 && endsNow("((", 0)) since = ids.length;
    } else if (last > 0 && endsNow(end, since)) since = undefined;
    if (since === undefined || ids.length - since < budget) return;
    if (ids.slice(since).findLast((id) => id > 1) === 9) return; // half a character
    const text = textFrom(since);
    let begun = end.length - 1;
    while (!text.endsWith(end.slice(0, begun))) begun--;
    queue = Array.from(end.slice(begun), (character) => words.findIndex((word) => word === character));
  };
  for (let i = 1; i <= prompt.length; i++) {
    const all = ids.splice(i);
    const before = queue;
    read();
    ids.push(...all);
    if (i < prompt.length) queue = before;
  }
  while (ids.length < prompt.length + maxTokens) {
    if (queue.length > 0) {
      ids.push(queue.shift()!);
      forced++;
      if (queue.length === 0) since = undefined;
      continue;
    }
    const logits: number[] = [];
    const place = ids.length - prompt.length;
    hashRow(words.length, Int32Array.from(ids), sequenceId, place, (id: number, logit: number) => (logits[id] = logit));
    ids.push(logits.indexOf(Math.max(...logits)));
    read();
  }
  return { ids: ids.slice(prompt.length), forced };
}

describe("a thinking budget", () => {
  it("is that of the obvious machine over the text, whichever tokens the tags come in", async () => {
    let totalForced = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          sequenceId: fc.nat(10_000),
          prompt: fc.array(fc.integer({ min: 2, max: 8 }), { maxLength: 6 }),
          budget: fc.nat(6),
          end: fc.constantFrom(")", "a)", ").", "(.)"),
        }),
        fc.constantFrom(undefined, 1),
        async (given, logprobs) => {
          const expected = reference({ ...given, maxTokens: 30 });
          totalForced += expected.forced;
          const { events, error } = await run(engine, {
            sequenceId: given.sequenceId,
            prompt: given.prompt,
            maxTokens: 30,
            temperature: 0,
            thinkingTokenBudget: given.budget,
            thinking: { start: "((", ends: [given.end] },
            ...(logprobs !== undefined && { logprobs }),
          });
          expect(error).toBeUndefined();
          expect(idsOf(events)).toEqual(expected.ids);
        },
      ),
      { numRuns: 400 },
    );
    expect(totalForced).toBeGreaterThan(500);
  });

  it("of special tokens: no part is longer, and what is before the first end is as without", async () => {
    const plain = { maxTokens: 120, temperature: 1 };
    for (let sequenceId = 0; sequenceId < 40; sequenceId++) {
      const free = idsOf((await run(engine, { ...plain, sequenceId })).events);
      const ids = idsOf((await run(engine, { ...plain, sequenceId, thinkingTokenBudget: 3 })).events);
      let length: number | undefined;
      for (const [i, id] of ids.entries()) {
        if (length === undefined) length = id === 0 ? 0 : undefined;
        else if (id === 1) length = undefined;
        else length++;
        const isHalf = ids.slice(0, i).findLast((before) => before > 1) === 9;
        expect(isHalf ? 0 : (length ?? 0)).toBeLessThanOrEqual(3);
      }
      const first = ids.findIndex((id, i) => id !== free[i]);
      expect(first < 0 ? 1 : ids[first]).toBe(1);
    }
  });

  it("counts what the prompt has thought, forces a message, and leaves an end that has begun to go on", async () => {
    const thinking = { forcedEnd: "b.b)", ends: ["a)", ")"], start: "((" };
    const request = { thinkingTokenBudget: 4, thinking, maxTokens: 4, sequenceId: 1 };
    const start = async (text: string): Promise<number[]> =>
      idsOf((await run(engine, { ...request, prompt: text })).events);
    const ids = (text: string): number[] => tokenizer.encode(text);
    expect(await start("((bbbb")).toEqual(ids("b.b)"));
    expect((await start("((bbba"))[0]).toBe(5);
    expect((await start("((bbbbb"))[0]).toBe(3);
    const free = await run(engine, { sequenceId: 1, maxTokens: 4, prompt: "((bb)b" });
    expect(await start("((bb)b")).toEqual(idsOf(free.events));
  });

  it("isOpen: says what the prompt does not", async () => {
    const request = { sequenceId: 2, prompt: "ab", maxTokens: 5, thinkingTokenBudget: 2 };
    const ids = idsOf((await run(engine, { ...request, thinking: { isOpen: true } })).events);
    expect(ids[2]).toBe(1);
    const closed = { ...request, prompt: [0, 2], thinking: { isOpen: false } };
    const { events } = await run(engine, closed);
    expect(idsOf(events)).toEqual(idsOf((await run(engine, { sequenceId: 2, prompt: [0, 2], maxTokens: 5 })).events));
  });

  it("a form begins behind thinking, which end of text does not end", async () => {
    const provider = textChoices();
    const own = await createEngine({
      source: hashSource({ tokenizer: pieceTokenizer }),
      grammar: provider,
      workers: 2,
      slots: 6,
      seed: 2,
    });
    const choices = ["abcab", "a é", "caa"];
    try {
      for (let sequenceId = 0; sequenceId < 40; sequenceId++) {
        const form = { sequenceId, maxTokens: 400, grammar: choices.join(" | ") };
        const thinking = { start: [5], ends: [[14]], isOpen: true };
        const budget = sequenceId % 2 === 0 ? {} : { thinkingTokenBudget: 5, bannedStrings: ["ca", "ab "] };
        const { events, error } = await run(own, { ...form, thinking, ...budget });
        expect(error).toBeUndefined();
        const ids = idsOf(events);
        const end = ids.indexOf(14);
        expect(end).toBeGreaterThanOrEqual(0);
        expect(end).toBeLessThanOrEqual(sequenceId % 2 === 1 ? 7 : 400);
        expect(ids.indexOf(pieces.length - 1)).toBe(ids.length - 1);
        expect(choices).toContain(
          events
            .slice(end + 1)
            .map(({ text }) => text)
            .join("")
            .replace("\uFFFD", ""),
        );
      }
    } finally {
      await own.close();
    }
    expect(provider.openCount).toBe(0);
  });
});

describe("forced tokens", () => {
  it("take no rows without log-probabilities, and leave what follows as it would be", async () => {
    let rows = 0;
    const source: BatchSource = {
      kind: "batch",
      name: "counting",
      vocabSize: words.length,
      dtype: "f32",
      tokenizer,
      async fillRows(batch) {
        rows += batch.length;
        for (const { row, history, sequenceId, position } of batch) {
          hashRow(
            words.length,
            history,
            Number(sequenceId),
            position,
            (id: number, logit: number) => (row[id] = logit),
          );
        }
        return undefined;
      },
    };
    const counting = await createEngine({ source, workers: 0, seed: 5 });
    try {
      const forcedTokenIds = Array.from({ length: 200 }, (_, i) => 2 + (i % 6));
      const request = { sequenceId: 4, maxTokens: 210, forcedTokenIds, forcedEosTokenId: 8, mirostat: 2 as const };
      const { events } = await run(counting, request);
      expect(idsOf(events).slice(0, 200)).toEqual(forcedTokenIds);
      expect(rows).toBe(9);
      expect(events.at(-1)).toMatchObject({ tokenId: 8, finishReason: "length", usage: { completionTokens: 210 } });
      const scored = await run(counting, { ...request, logprobs: 1 });
      expect(idsOf(scored.events)).toEqual(idsOf(events));
      expect(rows).toBe(9 + 210);
      for (const { logprob, topLogprobs, rank } of scored.events) {
        expect(logprob).toBeLessThanOrEqual(topLogprobs![0]!.logprob);
        expect(rank).toBeGreaterThanOrEqual(1);
      }
    } finally {
      await counting.close();
    }
  });

  it("are certain in processed log-probabilities, and impossible where their row says so", async () => {
    const request = { sequenceId: 4, maxTokens: 3, forcedTokenIds: [2, 3], logprobs: 1 };
    const processed = await run(engine, { ...request, logprobsMode: "processed", topK: 1 });
    expect(processed.events.slice(0, 2).map(({ logprob }) => logprob)).toEqual([0, 0]);
    const source: BatchSource = {
      kind: "batch",
      name: "few",
      vocabSize: 4,
      dtype: "f32",
      async fillRows(batch) {
        for (const { row } of batch) row.set([1, 2, -Infinity, 0]);
        return undefined;
      },
    };
    const few = await createEngine({ source, workers: 0 });
    try {
      const { events, error } = await run(few, { maxTokens: 2, forcedTokenIds: [2], logprobs: 1 });
      expect(error).toBeUndefined();
      expect(events[0]).toMatchObject({ tokenId: 2, logprob: -Infinity, rank: 4, topLogprobs: [{ tokenId: 1 }] });
      const masked = await run(few, { maxTokens: 2, forcedTokenIds: [2], samplingMask: true, topK: 2 });
      expect(masked.events.map(({ samplingMask }) => samplingMask)).toEqual([[2], [0, 1]]);
      expect(masked.events[0]!.samplingLogprob).toBe(0);
      expect(events).toHaveLength(2);
    } finally {
      await few.close();
    }
  });

  it("come after the prompt's scores, stop where a stop id is among them, and are paused as others are", async () => {
    const scored = await run(engine, { prompt: "ab.", maxTokens: 4, forcedTokenIds: [2, 3, 4], promptLogprobs: 1 });
    expect(scored.events[0]!.promptLogprobs).toHaveLength(3);
    const stopped = await run(engine, { maxTokens: 9, forcedTokenIds: [2, 3, 4], stopTokenIds: [3] });
    expect(stopped.events.at(-1)).toMatchObject({ index: 1, finishReason: "stop", stopReason: 3 });
    const forcedTokenIds = Array.from({ length: 300 }, () => 2);
    const seen: number[] = [];
    for await (const { index } of engine.stream({ maxTokens: 300, forcedTokenIds })) {
      seen.push(index);
      if (index % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(seen).toEqual(forcedTokenIds.map((_, i) => i));
    const cancelled: number[] = [];
    await new Promise<void>((resolve) => {
      const handle = engine.open(
        { maxTokens: 300, forcedTokenIds },
        {
          next({ index }) {
            cancelled.push(index);
            if (index === 100) {
              handle.cancel();
              setTimeout(resolve, 20);
            }
          },
          error: resolve,
          complete: resolve,
        },
      );
    });
    expect(cancelled).toHaveLength(101);
  });

  it("a banned text that begins in one is let pass", async () => {
    const request = { maxTokens: 2, forcedTokenIds: [2, 3], bannedStrings: ["ab"] };
    const { events } = await run(engine, request);
    expect(events.map(({ tokenId, passedBan }) => [tokenId, passedBan])).toEqual([
      [2, undefined],
      [3, "ab"],
    ]);
  });
});

it.each<[object, string]>([
  [{ thinking: {} }, '"thinking" expected "thinkingTokenBudget" or a form of the output beside it'],
  [{ thinkingTokenBudget: -2 }, '"thinkingTokenBudget" expected integer in [-1, 16777216], got -2'],
  [{ thinkingTokenBudget: 1, thinking: { end: "x" } }, 'unknown thinking field "end", did you mean "ends"?'],
  [
    { thinkingTokenBudget: 1, thinking: { ends: [] } },
    '"thinking.ends" expected array of 1 to 16 tags, got an array of 0',
  ],
  [{ thinkingTokenBudget: 1, thinking: { start: "" } }, '"thinking.start" expected well-formed string of 1 to 256'],
  [{ thinkingTokenBudget: 1, thinking: { start: 5 } }, '"thinking.start" expected string or array of token ids, got 5'],
  [{ thinkingTokenBudget: 1, thinking: { start: [99] } }, '"thinking.start[0]" expected token id in [0, 11), got 99'],
  [{ thinkingTokenBudget: 1, thinking: { isOpen: 1 } }, '"thinking.isOpen" expected boolean, got 1'],
  [{ forcedTokenIds: [99] }, '"forcedTokenIds[0]" expected token id in [0, 11), got 99'],
  [{ forcedTokenIds: [1, 2], maxTokens: 1 }, '"forcedTokenIds" expected at most 1 ids, as "maxTokens" is 1, got 2'],
  [{ forcedEosTokenId: 11 }, '"forcedEosTokenId" expected integer in [0, 10], got 11'],
  [{ forcedEosTokenId: 2, bannedTokenIds: [2] }, '"forcedEosTokenId" expected a token that is not banned, got 2'],
])("refuses %j", (fields, message) => {
  expect(() => engine.open(fields as GenerateRequest, {} as never)).toThrow(message);
});
