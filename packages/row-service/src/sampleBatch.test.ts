import { createSampler } from "@tokenmill/core";
import { createPool } from "@tokenmill/worker-pool";
import { describe, expect, it, onTestFinished } from "vitest";
import type { RowError } from "./rowError.ts";
import { RowPool } from "./rowPool.ts";
import { type RowAnswer, RowSession, type RowSessionParams } from "./rowSession.ts";
import { type Batch, type BatchRow, sampleBatch } from "./sampleBatch.ts";
import { SessionTable } from "./sessionTable.ts";

const vocabSize = 50;
const rowAt = (position: number): Float32Array =>
  Float32Array.from({ length: vocabSize }, (_, id) => Math.sin(id * 7 + position * 13) * 4);

async function service(slots = 8) {
  const pool = new RowPool(await createPool({ vocabSize, workers: 1, slots }));
  onTestFinished(() => pool.pool.close());
  const sessions = new SessionTable();
  const opening =
    (sequenceId: number, params: RowSessionParams, maxContextTokens = 100) =>
    (): RowSession =>
      new RowSession(pool, sequenceId, params, { maxContextTokens });
  const batch = (rows: readonly BatchRow[], more: Partial<Batch> = {}): ReturnType<typeof sampleBatch> => {
    const receive = async (index: number): Promise<number> => {
      const slot = await pool.acquire();
      pool.pool.row(slot).set(rowAt(rows[index]!.position ?? 0));
      return slot;
    };
    return sampleBatch({ sessions, pool, rows, receive, ...more });
  };
  return { pool, sessions, opening, batch };
}

const codeOf = (work: Promise<unknown>): Promise<string> => work.then(String, ({ code }: RowError) => code);

describe("a session", () => {
  it("draws as a sampler on the same rows does, and gives its last answer again", async () => {
    const { opening, batch } = await service();
    const params = {
      seed: 5,
      temperature: 0.9,
      presencePenalty: 0.7,
      logprobs: 2,
      logprobTokenIds: [40, 2],
      samplingMask: true,
    };
    const sampler = await createSampler({ vocabSize });
    const prompt = [3, 4];
    const history = [...prompt];
    for (let position = 0; position < 6; position++) {
      const open = position === 0 ? opening(9, { ...params, prompt, maxTokens: 6 }) : undefined;
      const [answer] = (await batch([{ sequenceId: 9, position, open }])) as [RowAnswer];
      const { seed, ...rest } = params;
      const expected = sampler.sample(rowAt(position), rest, {
        seed,
        sequenceId: 9,
        position,
        history,
        promptLength: 2,
      });
      expect(answer).toMatchObject({ sequenceId: 9, position, tokenId: expected.tokenId, logprob: expected.logprob });
      expect(answer.namedLogprobs).toEqual([
        { tokenId: 40, logprob: expected.namedLogprobs[0] },
        { tokenId: 2, logprob: expected.namedLogprobs[1] },
      ]);
      expect([answer.samplingMask, answer.samplingLogprob]).toEqual(["all", expected.maskLogprob]);
      history.push(answer.tokenId);
      expect(answer.finishReason).toBe(position === 5 ? "length" : undefined);
      const again = await batch([{ sequenceId: 9, position }]).catch(({ code }: RowError) => code);
      expect(again).toEqual(position === 5 ? "unknown_sequence" : [answer]);
    }
  });

  it("refuses a row out of order alone, and what it has no room for", async () => {
    const { sessions, opening, batch } = await service();
    await batch([1, 2].map((sequenceId) => ({ sequenceId, position: 0, open: opening(sequenceId, {}) })));
    const answers = await batch([
      { sequenceId: 1, position: 5 },
      { sequenceId: 2, position: 1 },
    ]);
    expect(answers).toMatchObject([{ error: { code: "position_mismatch" } }, { position: 1 }]);
    expect(await codeOf(batch([{ sequenceId: 1, position: 0, open: opening(1, {}) }]))).toBe("duplicate_sequence_id");
    const long = opening(3, { prompt: [1, 2, 3], maxTokens: 8 }, 10);
    expect(await codeOf(batch([{ sequenceId: 3, position: 0, open: long }]))).toBe("context_length_exceeded");
    expect(sessions.count).toBe(2);
  });
});

describe("a batch", () => {
  it("that breaks off leaves every sequence where it was", async () => {
    const { sessions, opening, batch } = await service();
    const [first] = (await batch([{ sequenceId: 1, position: 0, open: opening(1, { seed: 1 }) }])) as [RowAnswer];
    const rows = [
      { sequenceId: 1, position: 1 },
      { sequenceId: 2, position: 0, open: opening(2, {}) },
    ];
    const end = (): Promise<void> => Promise.reject(new Error("the body goes on"));
    await expect(batch(rows, { end })).rejects.toThrow("the body goes on");
    expect(sessions.count).toBe(1);
    expect(await batch([{ sequenceId: 1, position: 0 }])).toEqual([first]);
    expect(await batch(rows)).toMatchObject([{ position: 1 }, { position: 0 }]);
  });

  it("of more rows than there are slots is sampled as slots come free", async () => {
    const { pool, opening, batch } = await service(2);
    const rows = Array.from({ length: 20 }, (_, i) => ({ sequenceId: i, position: 0, open: opening(i, { seed: 3 }) }));
    const answers = await batch(rows);
    expect(answers.map(({ sequenceId }) => sequenceId)).toEqual(rows.map(({ sequenceId }) => sequenceId));
    expect(pool.pool.freeSlots).toBe(2);
  });
});
