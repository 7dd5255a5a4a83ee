/** `/v1/sample` with rows by their largest logits. */
import { once } from "node:events";
import { createSampler, type SparseRow } from "@tokenmill/core";
import { expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { bodyOf, codec, type Result, rowOf, rowServerWith, send, vocabSize } from "./testing/rows.ts";

/** The largest 60 logits, and what the others weigh. */
function sparseAt(position: number): SparseRow & { tokenIds: Int32Array; logits: Float32Array } {
  const row = rowOf(3, position);
  const byLogit = Array.from(row.keys()).sort((a, b) => row[b]! - row[a]! || a - b);
  const tokenIds = Int32Array.from(byLogit.slice(0, 60));
  const rest = byLogit.slice(60).reduce((sum, id) => sum + Math.exp(row[id]!), 0);
  return { tokenIds, logits: Float32Array.from(tokenIds, (id) => row[id]!), restLogSumExp: Math.log(rest) };
}

const piecesAt = (position: number): ArrayBufferView[] => {
  const { tokenIds, logits, restLogSumExp } = sparseAt(position);
  return [Float64Array.of(restLogSumExp), tokenIds, logits];
};

it.each(["f32", "f16"] as const)(
  "gives the sampler's tokens for sparse rows, with a pool of %s rows",
  async (dtype) => {
    const server = await rowServerWith();
    const params = { topK: 20, temperature: 0.9, repetitionPenalty: 1.3, seed: 11 };
    const sampler = await createSampler({ vocabSize });
    const sequence = sampler.openSequence(params, { sequenceId: 3, promptTokenIds: [1, 2] });
    for (let position = 0; position < 6; position++) {
      const open = position === 0 && { open: { ...params, prompt: [1, 2] } };
      const header = { dtype, rows: [{ sequenceId: 3, position, listed: 60, ...open }] };
      const { results } = await send(server, bodyOf(header, piecesAt(position)));
      expect(results).toMatchObject([{ position, tokenId: sequence.next(sparseAt(position)).tokenId }]);
    }
  },
);

it("a WebSocket takes sparse and whole rows of a sequence in turn, and one that lists too little may be sent again", async () => {
  const server = await rowServerWith();
  const socket = new WebSocket(`${server.url.replace("http", "ws")}/v1/sample`, "tokenmill.sample.v1");
  onTestFinished(() => socket.terminate());
  await once(socket, "open");
  const answers: { results: Result[] }[] = [];
  socket.on("message", (data: Buffer) => answers.push(codec.decode(data) as (typeof answers)[number]));
  const params = { topK: 20, presencePenalty: 0.4, seed: 11 };
  const send = (position: number, pieces: ArrayBufferView[], fields: object): void =>
    socket.send(bodyOf({ rows: [{ sequenceId: 3, position, ...fields }] }, pieces));
  send(0, piecesAt(0), { listed: 60, open: { ...params, prompt: [1, 2] } });
  send(1, [Float64Array.of(0), Int32Array.of(3), Float32Array.of(2)], { listed: 1 });
  send(1, [rowOf(3, 1)], {});
  send(2, piecesAt(2), { listed: 60 });
  while (answers.length < 4) await once(socket, "message");
  const sampler = await createSampler({ vocabSize });
  const sequence = sampler.openSequence(params, { sequenceId: 3, promptTokenIds: [1, 2] });
  const [first, second, third] = [sparseAt(0), rowOf(3, 1), sparseAt(2)].map((row) => sequence.next(row).tokenId);
  expect(answers.map(({ results }) => results)).toMatchObject([
    [{ position: 0, tokenId: first }],
    [{ position: 1, error: { code: "row_too_sparse" } }],
    [{ position: 1, tokenId: second }],
    [{ position: 2, tokenId: third }],
  ]);
});

it("one that lists too little fails alone, and the whole row may follow for the same position", async () => {
  const server = await rowServerWith();
  const header = (listed?: number) => ({
    rows: [
      {
        sequenceId: 1,
        position: 0,
        ...(listed !== undefined && { listed }),
        ...(listed !== undefined && { open: { topK: 61 } }),
      },
      { sequenceId: 2, ...(listed !== undefined && { open: { topK: 5 } }) },
    ],
  });
  const first = await send(server, bodyOf(header(60), [...piecesAt(0), rowOf(2, 0)]));
  expect(first.results).toMatchObject([
    {
      sequenceId: 1,
      position: 0,
      error: {
        code: "row_too_sparse",
        message: "the sparse row lists too little for topK: 61 needed, 60 covered",
      },
    },
    { sequenceId: 2, position: 0, tokenId: expect.any(Number) as number },
  ]);
  const second = await send(server, bodyOf(header(), [rowOf(3, 0), rowOf(2, 1)]));
  expect(second.results).toMatchObject([{ position: 0, tokenId: expect.any(Number) as number }, { position: 1 }]);
});

it("refuses what the tokens cannot be, and lists that are as long as a row", async () => {
  const server = await rowServerWith();
  const rows = (listed: number) => ({ rows: [{ sequenceId: 1, listed, open: { topK: 2 } }] });
  const one = (id: number, rest: number): ArrayBufferView[] => [
    Float64Array.of(rest),
    Int32Array.of(id, 4),
    Float32Array.of(2, 1),
  ];
  for (const [id, rest] of [
    [4, 0],
    [vocabSize, 0],
    [-1, 0],
    [3, 99],
    [3, Number.NaN],
  ] as const) {
    const { results } = await send(server, bodyOf({ ...rows(2), close: [1] }, one(id, rest)));
    expect(results[0]!.error!.code).toBe("invalid_sparse_row");
  }
  const { results } = await send(server, bodyOf({ ...rows(2), close: [1] }, one(3, 0)));
  expect(results[0]!.tokenId).toBeOneOf([3, 4]);
  const { status, error } = await send(server, bodyOf({ ...rows(249), close: [1] }, []));
  expect(status).toBe(400);
  expect(error!.message).toBe('"rows[0].listed" expected integer in [0, 248], got 249');
});
