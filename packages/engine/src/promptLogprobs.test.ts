/** The prompt's tokens are scored by the source's own rows, before the first token. */
import type { GenerateRequest, LogitsSource, TokenEvent } from "@tokenmill/core";
import { createPool } from "@tokenmill/worker-pool";
import { describe, expect, it } from "vitest";
import { createEngine } from "./engine.ts";
import type { Engine } from "./types.ts";
import type { SequenceSnapshot } from "./snapshot/sequenceSnapshot.ts";
import { hashRow } from "./testing/hashRows.mjs";
import { collect, hashBatchSource, hashSource, pieceTokenizer, run } from "./testing/sources.ts";

const vocabSize = 64;
const prompt = [5, 17, 17, 63, 0, 2, 40];
const sequenceId = 11;

/** Every log-probability in place of the prompt's token `index`, in double precision. */
function logprobsAt(index: number, ids: readonly number[] = prompt, size = vocabSize): number[] {
  const row = new Float32Array(size);
  hashRow(size, Int32Array.from(ids.slice(0, index)), sequenceId, 0, (id, logit) => void (row[id] = logit));
  const largest = Math.max(...row);
  const sum = row.reduce((total, logit) => total + Math.exp(logit - largest), 0);
  return Array.from(row, (logit) => logit - largest - Math.log(sum));
}

async function withEngine<T>(
  source: LogitsSource,
  use: (engine: Engine) => Promise<T>,
  options: object = {},
): Promise<T> {
  const engine = await createEngine({ source, seed: 1, workers: 0, ...options });
  try {
    return await use(engine);
  } finally {
    await engine.close();
  }
}

const first = async (engine: Engine, request: GenerateRequest): Promise<TokenEvent> =>
  (await collect(engine.generate(request)))[0]!;

describe.each([
  ["a worker source", () => hashSource({ vocabSize })],
  ["a batch source", () => hashBatchSource(undefined, vocabSize)],
])("with %s", (_name, source) => {
  it("each token has its log-probability, rank and the most probable ones: error below 2e-6", async () => {
    await withEngine(source(), async (engine) => {
      const events = await collect(engine.generate({ prompt, sequenceId, promptLogprobs: 3, maxTokens: 4 }));
      expect(events.map(({ promptLogprobs }) => promptLogprobs?.length)).toEqual([7, undefined, undefined, undefined]);
      const [nothing, ...scored] = events[0]!.promptLogprobs!;
      expect(nothing).toBeNull();
      scored.forEach((entry, i) => {
        const expected = logprobsAt(i + 1);
        const tokenId = prompt[i + 1]!;
        const order = expected.map((_, id) => id).toSorted((a, b) => expected[b]! - expected[a]! || a - b);
        expect(entry).toMatchObject({ tokenId, rank: order.indexOf(tokenId) + 1 });
        expect(Math.abs(entry!.logprob - expected[tokenId]!)).toBeLessThan(2e-6);
        expect(entry!.topLogprobs!.map((top) => top.tokenId)).toEqual(order.slice(0, 3));
        for (const top of entry!.topLogprobs!) {
          expect(Math.abs(top.logprob - expected[top.tokenId]!)).toBeLessThan(2e-6);
        }
      });
    });
  });

  it("the output is the same with and without", async () => {
    await withEngine(source(), async (engine) => {
      const request = { prompt, sequenceId, maxTokens: 20, temperature: 0.9, frequencyPenalty: 0.5, logprobs: 2 };
      const [event, ...rest] = await collect(engine.generate({ ...request, promptLogprobs: 0, mirostat: 2 }));
      const { promptLogprobs, ...plain } = event!;
      expect(promptLogprobs!.every((entry) => entry === null || entry.topLogprobs === undefined)).toBe(true);
      expect([plain, ...rest]).toEqual(await collect(engine.generate({ ...request, mirostat: 2 })));
    });
  });
});

it("prompts of no token and of one have nothing to score", async () => {
  await withEngine(hashSource(), async (engine) => {
    expect((await first(engine, { promptLogprobs: 2 })).promptLogprobs).toEqual([]);
    expect((await first(engine, { prompt: [3], promptLogprobs: 2 })).promptLogprobs).toEqual([null]);
  });
});

it("names the texts of tokens where there are texts", async () => {
  await withEngine(hashSource({ tokenizer: pieceTokenizer }), async (engine) => {
    const { promptLogprobs } = await first(engine, { prompt: "ab", promptLogprobs: 1 });
    expect(promptLogprobs![1]).toMatchObject({
      tokenId: 1,
      text: "b",
      topLogprobs: [{ text: expect.any(String) as string }],
    });
  });
});

it.each([
  ["f32", Float32Array.of(1, -Infinity, 0, -Infinity)],
  ["f16", Uint16Array.of(0x3c00, 0xfc00, 0, 0xfc00)],
  ["bf16", Uint16Array.of(0x3f80, 0xff80, 0, 0xff80)],
] as const)(
  "a token of probability 0 in a row of %s has -Infinity, the last rank, and better ones beside it",
  async (dtype, bits) => {
    const source: LogitsSource = {
      kind: "batch",
      name: "impossible",
      vocabSize: 4,
      dtype,
      async fillRows(rows) {
        for (const { row } of rows) row.set(bits);
        return undefined;
      },
    };
    await withEngine(source, async (engine) => {
      const { promptLogprobs } = await first(engine, { prompt: [0, 3, 0, 1], promptLogprobs: 2, maxTokens: 1 });
      const top = [
        { tokenId: 0, logprob: expect.closeTo(-Math.log1p(Math.exp(-1)), 6) as number },
        { tokenId: 2, logprob: expect.any(Number) as number },
      ];
      expect(promptLogprobs).toEqual([
        null,
        { tokenId: 3, logprob: -Infinity, rank: 4, topLogprobs: top },
        { tokenId: 0, logprob: top[0]!.logprob, rank: 1, topLogprobs: top },
        { tokenId: 1, logprob: -Infinity, rank: 3, topLogprobs: top },
      ]);
    });
  },
);

it("60 at a time on 6 slots with 2 workers that die give what one gives alone, and hold nothing after", async () => {
  const source = hashSource({ vocabSize });
  const request = (id: number): GenerateRequest => ({
    prompt: Array.from({ length: 30 }, (_, i) => (i * 7 + id) % vocabSize),
    sequenceId: id,
    promptLogprobs: 2,
    maxTokens: 3,
  });
  const ids = Array.from({ length: 60 }, (_, id) => id);
  const alone = await withEngine(source, async (engine) => {
    const outputs = [];
    for (const id of ids) outputs.push(await collect(engine.generate(request(id))));
    return outputs;
  });
  const pool = await createPool({ source, workers: 2, slots: 6, inlineRows: 0, arenaBytes: 2 ** 18 });
  await withEngine(
    source,
    async (engine) => {
      const running = Promise.all(ids.map((id) => collect(engine.generate(request(id)))));
      await pool.killWorker(0);
      expect(await running).toEqual(alone);
      expect(engine.stats()).toMatchObject({ open: 0, freeSlots: 6 });
    },
    { pool, workers: undefined },
  );
  await pool.close();
});

it("a record of before the first token scores again, a later one does not", async () => {
  await withEngine(hashSource({ vocabSize }), async (engine) => {
    const records: SequenceSnapshot[] = [];
    const request = { prompt, sequenceId, promptLogprobs: 1, maxTokens: 3 };
    const handle = engine.open(request, { next: () => {}, error: () => {}, complete: () => {} });
    records.push(handle.snapshot());
    handle.cancel();
    const { events } = await run(engine, request, (event, open) => {
      if (event.index === 0) records.push(open.snapshot());
    });
    const [before, after] = records;
    expect(await collect(engine.resume(before!))).toEqual(events);
    expect(await collect(engine.resume(after!))).toEqual(events.slice(1));
    const malformed = { ...after!, promptLogprobs: 1 };
    await expect(collect(engine.resume(malformed))).rejects.toMatchObject({ code: "malformed" });
  });
});

it("a row that fails fails the sequence", async () => {
  const source = hashBatchSource(async (rows) =>
    rows.map(({ promptLength }) => (promptLength === 4 ? new Error("no row") : undefined)),
  );
  await withEngine(source, async (engine) => {
    await expect(first(engine, { prompt, promptLogprobs: 1 })).rejects.toMatchObject({ code: "source_failed" });
    expect(engine.stats()).toMatchObject({ open: 0, freeSlots: engine.stats().freeSlots });
  });
});

it.each([-1, 1.5, 21, "2"])("%j is refused", async (promptLogprobs) => {
  await withEngine(hashSource(), async (engine) => {
    await expect(first(engine, { promptLogprobs: promptLogprobs as number })).rejects.toThrow(
      `"promptLogprobs" expected integer in [0, 20], got`,
    );
  });
});
