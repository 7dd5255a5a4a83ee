/** Rows in, tokens out: over HTTP and WebSocket, against the sampler on its own. */
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { createSampler, type RowDtype } from "@tokenmill/core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { bodyOf, codec, type Result, rowOf, rowServerWith, send, vocabSize } from "./testing/rows.ts";
import { plainSource, startServer, type TestServer, wholeShares } from "./testing/testServer.ts";

const params = { temperature: 0.9, topK: 40, repetitionPenalty: 1.3, logprobs: 2, seed: 11 };

/** Tokens of a sequence, row by row, from the sampler in this thread. */
async function expectedTokens(sequenceId: number, count: number): Promise<{ tokenId: number; logprob: number }[]> {
  const sampler = await createSampler({ vocabSize, dtype: "f32" });
  const history = [1, 2];
  return Array.from({ length: count }, (_, position) => {
    const draw = { history, promptLength: 2, sequenceId, position };
    const { tokenId, logprob } = sampler.sample(rowOf(sequenceId, position), params, draw);
    history.push(tokenId);
    return { tokenId, logprob };
  });
}

describe("POST /v1/sample", () => {
  let common: TestServer;
  beforeAll(async () => {
    common = await startServer({ source: plainSource(), sampleVocabSize: vocabSize });
  });
  afterAll(() => common.close());

  it("gives the sampler's tokens and logprobs, with the history kept on the server", async () => {
    const server = await rowServerWith();
    const ids = [3, 4, 5];
    const answers = new Map(ids.map((id) => [id, [] as Result[]]));
    for (let position = 0; position < 6; position++) {
      const rows = ids.map((sequenceId) => ({
        sequenceId,
        position,
        ...(position === 0 && { open: { ...params, prompt: [1, 2] } }),
      }));
      const { status, results } = await send(
        server,
        bodyOf(
          { rows, vocabSize },
          ids.map((id) => rowOf(id, position)),
        ),
      );
      expect(status).toBe(200);
      for (const result of results) answers.get(result.sequenceId)!.push(result);
    }
    for (const id of ids) {
      const expected = await expectedTokens(id, 6);
      expect(answers.get(id)).toMatchObject(
        expected.map(({ tokenId, logprob }, position) => ({ tokenId, logprob, position })),
      );
      expect(answers.get(id)!.every(({ topLogprobs }) => topLogprobs!.length === 2)).toBe(true);
    }
  });

  it("gives the same answer to a row that is sent again, and refuses one that is too early", async () => {
    const server = await rowServerWith();
    const row = (position: number, open?: object): Buffer =>
      bodyOf({ rows: [{ sequenceId: 1, position, ...(open && { open }) }] }, [rowOf(1, position)]);
    await send(server, row(0, { ...params, prompt: [1, 2] }));
    const first = await send(server, row(1));
    expect(await send(server, row(1))).toEqual(first);
    expect((await send(server, row(3))).results).toMatchObject([{ error: { code: "position_mismatch" } }]);
    const expected = await expectedTokens(1, 3);
    expect((await send(server, row(2))).results).toMatchObject([{ tokenId: expected[2]!.tokenId }]);
  });

  it("carries what mirostat remembers from row to row", async () => {
    const server = await rowServerWith();
    const mirostat = { mirostat: 2, mirostatTau: 3, logprobs: 0, seed: 4 } as const;
    const sampler = await createSampler({ vocabSize, dtype: "f32" });
    let state: Float64Array | undefined;
    const history: number[] = [];
    for (let position = 0; position < 8; position++) {
      const draw = { history, sequenceId: 6, position, ...(state && { state }) };
      const expected = sampler.sample(rowOf(6, position), mirostat, draw);
      state = expected.state.slice();
      history.push(expected.tokenId);
      const rows = [{ sequenceId: 6, ...(position === 0 && { open: mirostat }) }];
      const { results } = await send(server, bodyOf({ rows }, [rowOf(6, position)]));
      expect(results).toMatchObject([{ tokenId: expected.tokenId }]);
    }
  });

  it.each(["f32", "f16", "bf16"] as const)("takes %s rows", async (dtype: RowDtype) => {
    const server = await rowServerWith();
    const row = dtype === "f32" ? new Float32Array(vocabSize) : new Uint16Array(vocabSize);
    row[77] = dtype === "f32" ? 50 : dtype === "f16" ? 0x5240 : 0x4248;
    const header = { dtype, rows: [{ sequenceId: 1, open: { temperature: 0, logprobs: 0 } }] };
    const { results } = await send(server, bodyOf(header, [row]));
    expect(results).toMatchObject([{ tokenId: 77 }]);
    expect(results[0]!.logprob).toBeCloseTo(0, 10);
  });

  it("ends a sequence by maxTokens, a stop id, or when asked", async () => {
    const server = await rowServerWith();
    const best = rowOf(1, 0).indexOf(Math.max(...rowOf(1, 0)));
    const once = { maxTokens: 1, temperature: 0 };
    const stop = { stopTokenIds: [best], temperature: 0 };
    const rows = [
      { sequenceId: 1, open: once },
      { sequenceId: 2, open: stop },
      { sequenceId: 3, open: { temperature: 0 } },
    ];
    const { results } = await send(
      server,
      bodyOf(
        { rows },
        rows.map(() => rowOf(1, 0)),
      ),
    );
    expect(results.map(({ finishReason }) => finishReason)).toEqual(["length", "stop", undefined]);
    expect((await send(server, bodyOf({ close: [3] }, []))).status).toBe(200);
    for (const sequenceId of [1, 2, 3]) {
      const { status, error } = await send(server, bodyOf({ rows: [{ sequenceId }] }, [rowOf(1, 1)]));
      expect([status, error!.code]).toEqual([404, "unknown_sequence"]);
    }
  });

  it("answers a bad row alone, and the sequence can go on", async () => {
    const server = await rowServerWith();
    const bad = rowOf(2, 0);
    bad[9] = Number.NaN;
    const rows = [1, 2].map((sequenceId) => ({ sequenceId, open: { ...params, prompt: [1, 2] } }));
    const { results } = await send(server, bodyOf({ rows }, [rowOf(1, 0), bad]));
    expect(results).toMatchObject([
      { position: 0, tokenId: expect.any(Number) as number },
      { error: { code: "nan_logits" } },
    ]);
    const again = await send(server, bodyOf({ rows: [{ sequenceId: 2 }] }, [rowOf(2, 0)]));
    expect(again.results).toMatchObject([{ position: 0, tokenId: (await expectedTokens(2, 1))[0]!.tokenId }]);
  });

  it.each([
    ["a header that ends early", Buffer.from([9, 0, 0, 0, 1]), 400, "truncated"],
    ["a length without sense", Buffer.from([255, 255, 255, 255]), 400, "damaged"],
    ["a row that ends early", bodyOf({ rows: [{ sequenceId: 1, open: {} }] }, [new Uint8Array(8)]), 400, "truncated"],
    ["bytes behind the last row", bodyOf({ rows: [] }, [new Uint8Array(8)]), 400, "damaged"],
    ["an unknown field", bodyOf({ row: [] }, []), 400, null],
    ["another vocabulary", bodyOf({ vocabSize: 5 }, []), 400, null],
    ["bad parameters", bodyOf({ rows: [{ sequenceId: 1, open: { topP: 9 } }] }, []), 400, null],
    ["an unknown sequence", bodyOf({ rows: [{ sequenceId: 1 }] }, []), 404, "unknown_sequence"],
    [
      "one sequence twice",
      bodyOf({ rows: [{ sequenceId: 1, open: {} }, { sequenceId: 1 }] }, []),
      409,
      "sequence_busy",
    ],
  ])("refuses %s, and keeps nothing", async (_what, body, status, code) => {
    const answer = await send(common, body);
    expect([answer.status, answer.error!.code]).toEqual([status, code]);
  });

  it("answers more sequences than it keeps at the moment with 429, more than it ever keeps with 400", async () => {
    const server = await rowServerWith({ limits: { maxSampleSequences: 2, ...wholeShares } });
    const rows = [1, 2, 3].map((sequenceId) => ({ sequenceId, open: {} }));
    const never = await send(server, bodyOf({ rows }, []));
    expect([never.status, never.error!.message]).toEqual([
      400,
      '"rows" expected at most 2 that open a sequence, as the server keeps no more for one connection, got 3',
    ]);
    expect((await send(server, bodyOf({ rows: rows.slice(0, 2) }, [rowOf(1, 0), rowOf(2, 0)]))).status).toBe(200);
    expect((await send(server, bodyOf({ rows: rows.slice(2) }, []))).status).toBe(429);
  });
});

it("slow senders, more than there are slots, hold up nobody and get their tokens", async () => {
  const server = await rowServerWith();
  const slow = Array.from({ length: 80 }, (_, sequenceId) => {
    const rows = [
      { sequenceId, position: 0, open: { ...params, prompt: [1, 2] } },
      { sequenceId: sequenceId + 1000, position: 0, open: { ...params, prompt: [1, 2] } },
    ];
    const body = bodyOf({ rows }, [rowOf(sequenceId, 0), rowOf(sequenceId + 1000, 0)]);
    const headers = { "content-type": "application/x-tokenmill-rows", "content-length": body.length };
    const sending = request(`${server.url}/v1/sample`, { method: "POST", agent: false, headers });
    sending.on("error", () => undefined);
    // a part of the first row
    sending.write(body.subarray(0, body.length - 3000));
    return { sequenceId, sending, rest: body.subarray(body.length - 3000) };
  });
  // 64 of them have a slot
  await new Promise((resolve) => setTimeout(resolve, 50));
  const fast = await send(server, bodyOf({ rows: [{ sequenceId: 500, open: params }] }, [rowOf(500, 0)]));
  expect(fast.status).toBe(200);
  for (const { sequenceId, sending, rest } of slow) {
    sending.write(rest.subarray(0, 1500));
    sending.end(rest.subarray(1500));
    const [response] = (await once(sending, "response")) as [IncomingMessage];
    const answer = codec.decode(Buffer.concat(await response.toArray())) as { results: Result[] };
    const expected = await Promise.all([sequenceId, sequenceId + 1000].map((id) => expectedTokens(id, 1)));
    expect(answer.results.map(({ tokenId }) => tokenId)).toEqual(expected.map(([token]) => token!.tokenId));
  }
});

describe("a WebSocket session", () => {
  it("answers each message of rows in order, and has sequences of its own", async () => {
    const server = await rowServerWith();
    await send(server, bodyOf({ rows: [{ sequenceId: 3, open: {} }] }, [rowOf(3, 0)]));
    const socket = new WebSocket(`${server.url.replace("http", "ws")}/v1/sample`, "tokenmill.sample.v1");
    onTestFinished(() => socket.terminate());
    await once(socket, "open");
    const answers: { id?: number; results?: Result[]; error?: { code: string } }[] = [];
    socket.on("message", (data: Buffer) => answers.push(codec.decode(data) as (typeof answers)[number]));
    for (let position = 0; position < 10; position++) {
      const open = position === 0 ? { open: { ...params, prompt: [1, 2] } } : {};
      socket.send(bodyOf({ id: position, rows: [{ sequenceId: 3, position, ...open }] }, [rowOf(3, position)]));
    }
    socket.send(bodyOf({ rows: [{ sequenceId: 99 }] }, []));
    while (answers.length < 11) await once(socket, "message");
    const expected = await expectedTokens(3, 10);
    expect(answers.slice(0, 10).map(({ id }) => id)).toEqual(expected.map((_, i) => i));
    expect(answers.slice(0, 10).map(({ results }) => results![0]!.tokenId)).toEqual(
      expected.map(({ tokenId }) => tokenId),
    );
    expect(answers[10]!.error!.code).toBe("unknown_sequence");
  });
});
