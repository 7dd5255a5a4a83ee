/** Bodies with rows that are wrong: what is said of them, and that nothing of them stays. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { bodyOf, type Result, rowOf, rowServerWith, send, vocabSize } from "./testing/rows.ts";
import { plainSource, startServer, type TestServer } from "./testing/testServer.ts";

const params = { temperature: 0.9, topK: 40, repetitionPenalty: 1.3, logprobs: 2, seed: 11 };

let common: TestServer;
beforeAll(async () => {
  common = await startServer({ source: plainSource(), sampleVocabSize: vocabSize });
});
afterAll(() => common.close());

const odd = [null, [], {}, true, "x", "1", Number.NaN, Infinity, -1, 1.5, 1e308, 2 ** 53, -1n];
const isOneOf = (value: unknown, fine: readonly unknown[]): boolean => fine.includes(value);
it.each([
  ["dtype", (value: unknown) => ({ dtype: value }), []],
  ["dtype", (value: unknown) => ({ dtype: value }), [], ["constructor", "toString", "__proto__", "hasOwnProperty"]],
  ["vocabSize", (value: unknown) => ({ vocabSize: value }), []],
  ["rows", (value: unknown) => ({ rows: value }), [odd[1]]],
  ["rows[0]", (value: unknown) => ({ rows: [value] }), [odd[2]]],
  ["rows[0].sequenceId", (value: unknown) => ({ rows: [{ sequenceId: value }] }), []],
  ["rows[0].position", (value: unknown) => ({ rows: [{ sequenceId: 1, position: value }] }), []],
  ["rows[0].open", (value: unknown) => ({ rows: [{ sequenceId: 1, open: value }] }), [odd[2]]],
  ["rows[0].open.topK", (value: unknown) => ({ rows: [{ sequenceId: 1, open: { topK: value } }] }), []],
  ["rows[0].open.maxTokens", (value: unknown) => ({ rows: [{ sequenceId: 1, open: { maxTokens: value } }] }), []],
  ["rows[0].open.prompt", (value: unknown) => ({ rows: [{ sequenceId: 1, open: { prompt: value } }] }), [odd[1]]],
  ["rows[0].open.prompt[0]", (value: unknown) => ({ rows: [{ sequenceId: 1, open: { prompt: [value] } }] }), []],
  ["close", (value: unknown) => ({ close: value }), [odd[1]]],
  ["close[0]", (value: unknown) => ({ close: [value] }), []],
  [
    "id",
    (value: unknown) => ({ id: value }),
    odd.filter((value) => ["string", "number", "bigint"].includes(typeof value)),
  ],
] as [string, (value: unknown) => object, unknown[], unknown[]?][])(
  "answers whatever is no %s with 400 and that name",
  async (name, headerOf, fine, values = odd) => {
    for (const value of values.filter((one) => !isOneOf(one, fine))) {
      const answer = await send(common, bodyOf(headerOf(value), []));
      expect([answer.status, answer.error!.message.slice(0, name.length + 12)]).toEqual([400, `"${name}" expected `]);
    }
    expect(common.logged()).not.toContain('"level":50');
  },
);

it("is where it was before a body that ended early, with positions and without", async () => {
  const server = await rowServerWith();
  for (const open of [
    { ...params, prompt: [1, 2] },
    { mirostat: 2, prompt: [1, 2], seed: 3 },
  ] as const) {
    const [one, two] = [{ sequenceId: 1 }, { sequenceId: 2 }];
    const rows = [rowOf(1, 0), rowOf(2, 0)];
    const whole = async (): Promise<Result[]> =>
      (await send(server, bodyOf({ rows: [one, two] }, [rowOf(1, 1), rowOf(2, 1)]))).results;
    const begin = async (): Promise<void> => {
      await send(server, bodyOf({ close: [1, 2] }, []));
      await send(
        server,
        bodyOf(
          {
            rows: [
              { ...one, open },
              { ...two, open },
            ],
          },
          rows,
        ),
      );
    };
    await begin();
    const [expected, next] = [await whole(), await whole()];
    await begin();
    for (const position of [undefined, 1]) {
      const row = { ...one, ...(position !== undefined && { position }) };
      const cut = bodyOf({ rows: [row, two] }, [rowOf(1, 1), rowOf(2, 1).subarray(0, 9)]);
      expect((await send(server, cut)).error!.code).toBe("truncated");
    }
    expect(await whole()).toEqual(expected);
    expect(await whole()).toEqual(next);
  }
});

it("ends without an error after a body whose element type no pool can have", async () => {
  const server = await rowServerWith();
  expect((await send(server, bodyOf({ dtype: "constructor" }, []))).status).toBe(400);
  await expect(server.close()).resolves.toBeUndefined();
});
