/** An output whose length nobody asked for is as long as the context lets it be, and what never fits is refused as such. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { completions, errorOf } from "./testing/requests.ts";
import { bodyOf, rowOf, send, vocabSize } from "./testing/rows.ts";
import { streamed } from "./testing/streamed.ts";
import { answerTo, startServer, type TestServer } from "./testing/testServer.ts";

const maxContextTokens = 300;
const chat = "/v1/chat/completions";
let server: TestServer;
beforeAll(async () => {
  server = await startServer({ sampleVocabSize: vocabSize, limits: { maxContextTokens, maxOpenSequences: 16 } });
});
afterAll(() => server.close());

const promptOf = (length: number): number[] => Array.from({ length }, (_, i) => i % 26);

/** Prompt and output tokens, and why it ended. */
async function lengthsOf(path: string, body: object): Promise<[number, number, unknown]> {
  const { status, body: answer } = await answerTo(server, path, { ignore_eos: true, seed: 1, ...body });
  expect([status, answer["error"]]).toEqual([200, undefined]);
  const usage = answer["usage"] as { prompt_tokens: number; completion_tokens: number };
  const [choice] = answer["choices"] as [{ finish_reason: unknown }];
  return [usage.prompt_tokens, usage.completion_tokens, choice.finish_reason];
}

describe("without a length", () => {
  it.each([
    [1, 16],
    [284, 16],
    [285, 15],
    [299, 1],
  ])("a completion of %d tokens has %d more", async (length, output) => {
    expect(await lengthsOf(completions, { prompt: promptOf(length) })).toEqual([length, output, "length"]);
  });

  it("each completion of a batch has its own", async () => {
    expect(await lengthsOf(completions, { prompt: [promptOf(1), promptOf(299)] })).toEqual([300, 17, "length"]);
  });

  it("a chat and a WebSocket stream have what is left of 256", async () => {
    // 18 tokens are the roles.
    const messages = [{ role: "user", content: "a".repeat(200) }];
    expect(await lengthsOf(chat, { messages, stop: "%" })).toEqual([218, 82, "length"]);
    const { text } = await streamed(
      server,
      JSON.stringify({ prompt: promptOf(290), ignoreEos: true, seed: 1, logitBias: { 0: 100 } }),
    );
    expect(text).toBe("a".repeat(10));
  });

  it("a sequence of /v1/sample has what is left of 256", async () => {
    const open = { prompt: promptOf(299), temperature: 0 };
    const { results } = await send(server, bodyOf({ rows: [{ sequenceId: 1, open }] }, [rowOf(1, 0)]));
    expect(results).toMatchObject([{ finishReason: "length" }]);
  });

  it("nothing is left where the prompt takes all", async () => {
    const { status, body } = await answerTo(server, completions, { prompt: promptOf(300) });
    expect([status, errorOf(body)["code"], errorOf(body)["message"]]).toEqual([
      400,
      "context_length_exceeded",
      "the context holds 300 tokens, and 301 were asked for (300 in the prompt, at least 1 for the output)",
    ]);
  });
});

describe("what can never be taken is 400, not to be tried again", () => {
  it.each([
    [completions, { prompt: "a", n: 5 }],
    [completions, { prompt: "a", best_of: 5, n: 1 }],
    [completions, { prompt: ["a", "b", "c"], n: 2 }],
    [completions, { prompt: "a", n: 5, stream: true }],
    [chat, { messages: [{ role: "user", content: "a" }], n: 5 }],
    [completions, { prompt: "a", max_tokens: 301 }],
  ])("%s %j", async (path, body) => {
    const { status, headers } = await answerTo(server, path, body);
    expect([status, headers.get("retry-after")]).toEqual([400, null]);
  });
});
