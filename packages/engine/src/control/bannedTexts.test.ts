/** Banned texts: tokens are taken back and drawn again as the rule says, by other random numbers, and no reader sees it. */
import type { BatchSource, GenerateRequest, TokenEvent, Tokenizer } from "@tokenmill/core";
import fc from "fast-check";
import { lastValueFrom, toArray } from "rxjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEngine } from "../engine.ts";
import { hashRow } from "../testing/hashRows.mjs";
import { collect, hashSource, pieces, pieceTokenizer, run } from "../testing/sources.ts";
import { textChoices } from "../testing/textChoices.ts";
import type { Engine } from "../types.ts";

const words = ["a", "b", "c", "A", "ab", "bc", " ", "ca "];
const wordTokenizer: Tokenizer = {
  vocabSize: words.length,
  eosTokenId: undefined,
  encode: (text) => Array.from(text, (character) => words.indexOf(character)),
  tokenBytes: (tokenId) => new TextEncoder().encode(words[tokenId]),
};

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ source: hashSource({ tokenizer: wordTokenizer }), workers: 1, slots: 6, seed: 5 });
});
afterAll(() => engine.close());

const textOf = (events: readonly TokenEvent[]): string => events.map(({ text }) => text).join("");

interface Rule {
  readonly banned: readonly string[];
  readonly bannedN: number;
  readonly most: number;
  /** Added to the logits of "a". */
  readonly bias?: number;
}

/** The likeliest tokens under the rule, in the obvious way; `passed`: banned texts that came nevertheless, by place. */
function reference(sequenceId: number, maxTokens: number, { banned, bannedN, most, bias = 0 }: Rule) {
  const tokens: number[] = [];
  const bans = new Map<number, Set<number>>();
  const passed: [number, string][] = [];
  let certain = 0;
  let rewinds = 0;
  const startOf = (place: number): number =>
    tokens.slice(certain, place).reduce((sum, id) => sum + words[id]!.length, 0);
  const back = (place: number, count: number): void => {
    rewinds++;
    for (const later of bans.keys()) if (later > place) bans.delete(later);
    tokens
      .splice(place)
      .slice(0, count)
      .forEach((id, i) => {
        bans.set(place + i, (bans.get(place + i) ?? new Set()).add(id));
      });
  };
  while (tokens.length < maxTokens) {
    const place = tokens.length;
    const logits: number[] = [];
    hashRow(
      words.length,
      Int32Array.from(tokens),
      sequenceId,
      place,
      (id: number, logit: number) => (logits[id] = logit),
    );
    logits[0]! += bias;
    for (const id of bans.get(place) ?? []) logits[id] = -Infinity;
    const best = Math.max(...logits);
    if (best === -Infinity) {
      if (place > certain && rewinds < most) back(place - 1, 1);
      else {
        bans.delete(place);
        rewinds = most;
      }
      continue;
    }
    tokens.push(logits.indexOf(best));
    const text = tokens
      .slice(certain)
      .map((id) => words[id])
      .join("")
      .toLowerCase();
    const ends = Array.from(text, (_, end) =>
      banned.filter((ban) => text.slice(0, end + 1).endsWith(ban.toLowerCase())),
    );
    const end = ends.findIndex((found) => found.length > 0);
    if (end >= 0) {
      const ban = ends[end]!.reduce((longest, each) => (each.length > longest.length ? each : longest));
      const start = end + 1 - ban.length;
      if (rewinds < most) {
        let holder = place;
        while (startOf(holder) > start) holder--;
        back(holder, bannedN === -1 ? Infinity : bannedN);
        continue;
      }
      passed.push([place, ban]);
    } else if (tokens.length < maxTokens) {
      const tails = Array.from(text, (_, at) => text.slice(at));
      if (tails.some((tail) => banned.some((ban) => ban.toLowerCase().startsWith(tail)))) continue;
    }
    certain = tokens.length;
    rewinds = 0;
  }
  return { tokens, passed };
}

describe("the rule", () => {
  const bans = fc.uniqueArray(
    fc.string({ unit: fc.constantFrom("a", "b", "c", "B", " "), minLength: 2, maxLength: 5 }),
    {
      minLength: 1,
      maxLength: 4,
      selector: (text) => text.toLowerCase(),
    },
  );

  it("is that of the obvious search, for the likeliest tokens of any rows", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(10_000),
        bans,
        fc.constantFrom(1, 2, -1),
        fc.integer({ min: 1, max: 9 }),
        async (sequenceId, bannedStrings, bannedN, rewindCountMax) => {
          const expected = reference(sequenceId, 24, { banned: bannedStrings, bannedN, most: rewindCountMax });
          const rule = { bannedStrings, bannedN, rewindCountMax };
          const { events } = await run(engine, { sequenceId, maxTokens: 24, temperature: 0, ...rule });
          expect(events.map(({ tokenId }) => tokenId)).toEqual(expected.tokens);
          expect(events.map(({ index }) => index)).toEqual(events.map((_, i) => i));
          const passed = events.flatMap(({ index, passedBan }) =>
            passedBan === undefined ? [] : [[index, passedBan]],
          );
          expect(passed).toEqual(expected.passed);
        },
      ),
      { numRuns: 400 },
    );
  });

  it("is the same where many tokens are held", async () => {
    const bannedStrings = [`${"a".repeat(70)}c`, "aaab", "aaa "];
    const { takenBack } = engine.stats();
    for (let sequenceId = 0; sequenceId < 20; sequenceId++) {
      const expected = reference(sequenceId, 150, { banned: bannedStrings, bannedN: 1, most: 200, bias: 6.75 });
      const rule = { bannedStrings, rewindCountMax: 200, logitBias: { 0: 6.75 } };
      const { events } = await run(engine, { sequenceId, maxTokens: 150, temperature: 0, ...rule });
      expect(events.map(({ tokenId }) => tokenId)).toEqual(expected.tokens);
    }
    expect(engine.stats().takenBack).toBeGreaterThan(takenBack + 100);
  });

  it("keeps the texts out of what is drawn, in any case, and lets nothing leave that is taken back", async () => {
    const bannedStrings = ["ab", "c a", "Bc"];
    const { takenBack } = engine.stats();
    for (let sequenceId = 0; sequenceId < 40; sequenceId++) {
      let isPassed = false;
      const { events } = await run(engine, { sequenceId, maxTokens: 60, bannedStrings }, ({ passedBan }) => {
        isPassed ||= passedBan !== undefined;
      });
      const text = textOf(events).toLowerCase();
      expect(isPassed || bannedStrings.every((ban) => !text.includes(ban.toLowerCase()))).toBe(true);
      expect(text).toBe(
        events
          .map(({ tokenId }) => words[tokenId])
          .join("")
          .toLowerCase(),
      );
      expect(events.at(-1)).toMatchObject({ finishReason: "length", usage: { completionTokens: 60 } });
    }
    expect(engine.stats().takenBack).toBeGreaterThan(takenBack + 100);
  });
});

it("what is drawn again is drawn by other random numbers: the first two tokens have the law of the rule", async () => {
  const probabilities = [0.5, 0.3, 0.2];
  const source: BatchSource = {
    kind: "batch",
    name: "letters",
    vocabSize: 3,
    dtype: "f32",
    tokenizer: { ...wordTokenizer, vocabSize: 3 },
    async fillRows(rows) {
      for (const { row } of rows) row.set(probabilities.map((p) => Math.log(p)));
      return undefined;
    },
  };
  const letters = await createEngine({ source, workers: 0 });
  const count = 30_000;
  const counts = new Map<string, number>();
  try {
    const draw = async (sequenceId: number): Promise<void> => {
      const text = textOf(await collect(letters.generate({ sequenceId, maxTokens: 2, bannedStrings: ["ab"] })));
      counts.set(text, (counts.get(text) ?? 0) + 1);
    };
    for (let at = 0; at < count; at += 500) await Promise.all(Array.from({ length: 500 }, (_, i) => draw(at + i)));
  } finally {
    await letters.close();
  }
  const [a, b, c] = probabilities as [number, number, number];
  const again = a * b; // the first is drawn once more, without "a"
  const first: Record<string, number> = { a: 0, b: b + (again * b) / (b + c), c: c + (again * c) / (b + c) };
  const law: Record<string, number> = { aa: a * a, ac: a * c };
  for (const one of ["b", "c"])
    for (const two of ["a", "b", "c"]) law[one + two] = first[one]! * probabilities["abc".indexOf(two)]!;
  const statistic = Object.entries(law).reduce(
    (sum, [text, p]) => sum + ((counts.get(text) ?? 0) - count * p) ** 2 / (count * p),
    0,
  );
  expect(Object.values(law).reduce((sum, p) => sum + p)).toBeCloseTo(1);
  expect([...counts.keys()].sort()).toEqual(Object.keys(law).sort());
  expect(statistic).toBeLessThan(24.3); // 7 degrees of freedom, p = 0.001
});

describe("beside other rules", () => {
  const bannedStrings = ["ab", "c "];

  it("a stop string ends the text that is left, and what was drawn behind it counts for nothing", async () => {
    for (let sequenceId = 0; sequenceId < 20; sequenceId++) {
      const { events } = await run(engine, { sequenceId, maxTokens: 200, bannedStrings, stop: ["ba", "cc"] });
      const last = events.at(-1)!;
      expect(last).toMatchObject({ finishReason: "stop", usage: { completionTokens: events.length } });
      expect(textOf(events)).not.toMatch(/ba|cc/);
    }
  });

  it("log-probabilities come with their token", async () => {
    const { events } = await run(engine, { sequenceId: 3, maxTokens: 60, bannedStrings, logprobs: 2 });
    expect(events).toHaveLength(60);
    for (const { logprob, rank, topLogprobs, tokenId } of events) {
      expect(topLogprobs).toHaveLength(2);
      expect(rank === 1).toBe(topLogprobs![0]!.tokenId === tokenId);
      expect(logprob).toBeLessThanOrEqual(topLogprobs![0]!.logprob);
    }
  });

  it("so do those of named tokens, and the set that each was drawn from", async () => {
    const request = { maxTokens: 60, logprobs: 0, logprobTokenIds: [3, 1], samplingMask: true, topK: 3 };
    const { events } = await run(engine, { sequenceId: 3, ...request, bannedStrings });
    for (const { tokenId, logprob, namedLogprobs, samplingMask, samplingLogprob } of events) {
      expect(namedLogprobs!.map((named) => named.tokenId)).toEqual([3, 1]);
      expect(samplingMask).toContain(tokenId);
      expect(samplingLogprob).toBeGreaterThanOrEqual(logprob!);
      for (const named of namedLogprobs!.filter((each) => each.tokenId === tokenId))
        expect(named.logprob).toBe(logprob);
    }
  });

  it("a token that ends the text is behind all that is held, and an end that completes nothing is no match", async () => {
    const request = { maxTokens: 200, stopTokenIds: [5], bannedStrings: ["abcabcabcabc", "aa"] };
    for (let sequenceId = 0; sequenceId < 20; sequenceId++) {
      const { events } = await run(engine, { sequenceId, ...request });
      expect(events.at(-1)).toMatchObject({ finishReason: "stop", stopReason: 5, tokenId: 5 });
      expect(textOf(events)).toBe(
        events
          .slice(0, -1)
          .map(({ tokenId }) => words[tokenId])
          .join(""),
      );
    }
  });

  it("a grammar allows what it did, less what is banned there", async () => {
    const source = hashSource({ tokenizer: pieceTokenizer });
    const provider = textChoices();
    const own = await createEngine({ source, grammar: provider, workers: 2, slots: 6, seed: 2 });
    const choices = ["abcab", "abbcab", "cabca", "a é", "caa"];
    try {
      const seen = new Set<string>();
      for (let sequenceId = 0; sequenceId < 60; sequenceId++) {
        const request = { sequenceId, grammar: choices.join(" | "), maxTokens: 20, bannedStrings: ["bca", "bb"] };
        const { events, error } = await run(own, request);
        expect(error).toBeUndefined();
        seen.add(textOf(events));
        expect(events.at(-1)!.tokenId).toBe(pieces.length - 1);
      }
      expect([...seen].sort()).toEqual(["a é", "caa"]);
    } finally {
      await own.close();
    }
    expect(provider.openCount).toBe(0);
  });

  it("where there is nothing else the text comes, and the event says so", async () => {
    const request = { sequenceId: 1, maxTokens: 6, allowedTokenIds: [0], bannedStrings: ["aaa"] };
    const { events, error } = await run(engine, request);
    expect(error).toBeUndefined();
    expect(textOf(events)).toBe("aaaaaa");
    expect(events.map(({ passedBan }) => passedBan)).toEqual([
      undefined,
      undefined,
      "aaa",
      undefined,
      undefined,
      "aaa",
    ]);
  });

  it("siblings have bans of their own", async () => {
    const many = engine.generateMany({ sequenceId: 900, maxTokens: 40, bannedStrings }, 5);
    const events = await lastValueFrom(many.pipe(toArray()));
    for (let child = 0; child < 5; child++) {
      const text = textOf(events.filter(({ childIndex }) => childIndex === child));
      expect(text).not.toBe("");
      expect(text.toLowerCase()).not.toMatch(/ab|c /);
    }
  });
});

it("a sequence that stays long in one place is not waited for without end", async () => {
  const bannedStrings = [`${"a".repeat(3000)}b`];
  const { events } = await run(engine, { sequenceId: 1, maxTokens: 4000, allowedTokenIds: [0], bannedStrings });
  expect(events).toHaveLength(4000);
});

it.each([
  [{ bannedStrings: "ab" }, TypeError, '"bannedStrings" expected array of strings, got "ab"'],
  [
    { bannedStrings: [""] },
    RangeError,
    '"bannedStrings[0]" expected well-formed string of 1 to 4096 UTF-16 units, got ""',
  ],
  [{ bannedStrings: [5] }, TypeError, '"bannedStrings[0]" expected string, got 5'],
  [
    { bannedStrings: ["a", "b", "c", "d", "e"].map((letter) => letter.repeat(4096)) },
    RangeError,
    '"bannedStrings" expected at most 16384 UTF-16 units together, got 20480',
  ],
  [{ bannedRegex: ["a"] }, TypeError, '"bannedRegex" expected an engine that can compile it'],
  [{ bannedN: 0 }, RangeError, '"bannedN" expected -1, or integer in [1, 16777216], got 0'],
  [
    { bannedN: 2 },
    RangeError,
    '"bannedN" expected "bannedStrings" or "bannedRegex" beside it, as it says nothing else',
  ],
  [{ rewindCountMax: 256 }, RangeError, '"rewindCountMax" expected -1, or integer in [1, 255], got 256'],
  [{ rewindCountMax: "3" }, TypeError, '"rewindCountMax" expected -1, or integer in [1, 255], got "3"'],
])("refuses %j", (fields, type, message) => {
  const open = (): unknown => engine.open({ ...(fields as GenerateRequest) }, {} as never);
  expect(open).toThrow(type);
  expect(open).toThrow(message);
});
