/** Scores of the prompt: OpenAI's `echo` with `logprobs` and vLLM's `prompt_logprobs`, against the rows of `/v1/logits`. */
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  answerTo,
  letterTokenizer,
  offline,
  plainSource,
  post,
  startServer,
  wholeShares,
  type TestServer,
  textOf,
  until,
} from "./testing/testServer.ts";
import { tokenText } from "./openai/tokenBytes.ts";

let server: TestServer;
let client: OpenAI;
beforeAll(async () => {
  server = await startServer({ modelName: "letters" });
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "none", maxRetries: 0 });
});
afterAll(() => server.close());

const prompt = "the whale, of course";
const ids = letterTokenizer.encode(prompt);
/** Draws as sequence 0, whose rows `/v1/logits` has. */
const seeded = { model: "letters", prompt, seed: 5, max_tokens: 6 };

/** Log-probabilities in place of each token of the prompt but the first, in double precision. */
async function expectedLogprobs(): Promise<number[][]> {
  const rows = ids.slice(1).map(async (_, i) => {
    const response = await post(server, "/v1/logits", { prompt: ids.slice(0, i + 1) });
    const row = new Float32Array(await response.arrayBuffer());
    const largest = Math.max(...row);
    const sum = row.reduce((total, logit) => total + Math.exp(logit - largest), 0);
    return Array.from(row, (logit) => logit - largest - Math.log(sum));
  });
  return Promise.all(rows);
}

describe("echo with logprobs", () => {
  it("scores the prompt as its rows do: error below 2e-6", async () => {
    const { choices } = await client.completions.create({ ...seeded, echo: true, logprobs: 3 });
    const { tokens, token_logprobs, top_logprobs, text_offset } = choices[0]!.logprobs!;
    const expected = await expectedLogprobs();
    expect(tokens!.slice(0, ids.length).join("")).toBe(prompt);
    expect(text_offset!.slice(0, ids.length)).toEqual(ids.map((_, i) => i));
    expect([token_logprobs![0], top_logprobs![0]]).toEqual([null, null]);
    expected.forEach((row, i) => {
      expect(Math.abs(token_logprobs![i + 1]! - row[ids[i + 1]!]!)).toBeLessThan(2e-6);
      const best = row
        .map((_, id) => id)
        .toSorted((a, b) => row[b]! - row[a]!)
        .slice(0, 3);
      const names = [...best, ids[i + 1]!].map((id) => tokenText(letterTokenizer, id));
      expect(new Set(Object.keys(top_logprobs![i + 1]!))).toEqual(new Set(names));
    });
  });

  it("puts the output's scores behind it, the same as without echo", async () => {
    const plain = await client.completions.create({ ...seeded, logprobs: 2 });
    const echoed = await client.completions.create({ ...seeded, logprobs: 2, echo: true });
    const [a, b] = [plain.choices[0]!, echoed.choices[0]!];
    expect(b.text).toBe(prompt + a.text);
    for (const name of ["tokens", "token_logprobs", "top_logprobs"] as const) {
      expect(b.logprobs![name]!.slice(ids.length)).toEqual(a.logprobs![name]);
    }
    expect(b.logprobs!.text_offset!.slice(ids.length)).toEqual(
      a.logprobs!.text_offset!.map((at) => at + prompt.length),
    );
    expect(echoed.usage).toEqual(plain.usage);
  });

  it("streams the same: the prompt's scores in the first chunk", async () => {
    const whole = await client.completions.create({ ...seeded, echo: true, logprobs: 1, n: 2 });
    const stream = await client.completions.create({ ...seeded, echo: true, logprobs: 1, n: 2, stream: true });
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk.choices[0]!);
    for (const choice of whole.choices) {
      const own = chunks.filter(({ index }) => index === choice.index);
      expect(own[0]!.text).toBe(prompt);
      expect(own[0]!.logprobs!.tokens).toHaveLength(ids.length);
      for (const name of ["tokens", "token_logprobs", "top_logprobs", "text_offset"] as const) {
        expect(own.flatMap(({ logprobs }) => logprobs![name] as unknown[])).toEqual(choice.logprobs![name]);
      }
    }
  });

  it.each([false, true])("scores alone with max_tokens 0, stream %s", async (stream) => {
    const body = { ...seeded, max_tokens: 0, echo: true, logprobs: 0, return_token_ids: true };
    const text = await (
      await post(server, "/v1/completions", {
        ...body,
        stream,
        ...(stream && { stream_options: { include_usage: true } }),
      })
    ).text();
    const answers = stream
      ? text
          .split("\n")
          .flatMap((line) => (line.startsWith("data: {") ? [JSON.parse(line.slice(6)) as OpenAI.Completion] : []))
      : [JSON.parse(text) as OpenAI.Completion];
    const choices = answers.flatMap((answer) => answer.choices);
    expect(choices.map((choice) => choice.text).join("")).toBe(prompt);
    expect(choices.flatMap(({ logprobs }) => logprobs!.tokens!).join("")).toBe(prompt);
    expect(choices.at(-1)!.finish_reason).toBe("length");
    expect(choices.flatMap((choice) => (choice as unknown as { token_ids: number[] }).token_ids)).toEqual([]);
    expect(answers.at(-1)!.usage).toEqual({
      prompt_tokens: ids.length,
      completion_tokens: 0,
      total_tokens: ids.length,
    });
  });

  it("takes token ids, several prompts and n outputs; each is scored as its sequence would be", async () => {
    const prompts = [ids.slice(0, 5), [3], ids.slice(7)];
    const { choices } = await client.completions.create({ ...seeded, prompt: prompts, n: 2, echo: true, logprobs: 2 });
    expect(choices).toHaveLength(6);
    for (const { index, logprobs } of choices) {
      const own = prompts[index >> 1]!;
      const [first] = await offline(server, {
        prompt: own,
        seed: 5,
        randomStreamId: index,
        promptLogprobs: 2,
        maxTokens: 6,
      });
      expect(logprobs!.token_logprobs!.slice(0, own.length)).toEqual(
        first!.promptLogprobs!.map((entry) => entry && entry.logprob),
      );
    }
  });

  it("works without a tokenizer", async () => {
    const plain = await startServer({ source: plainSource() });
    const answer = await answerTo(plain, "/v1/completions", {
      prompt: [5, 6, 7],
      max_tokens: 0,
      echo: true,
      logprobs: 0,
      seed: 1,
    });
    expect(answer.body["choices"]).toMatchObject([
      {
        text: "token_id:5token_id:6token_id:7",
        logprobs: { tokens: ["token_id:5", "token_id:6", "token_id:7"], text_offset: [0, 10, 20] },
      },
    ]);
    await plain.close();
  });
});

describe("prompt_logprobs", () => {
  it("come by token id with rank and text, in completions and chat", async () => {
    const [first] = await offline(server, { prompt: ids, seed: 5, randomStreamId: 0, promptLogprobs: 2, maxTokens: 6 });
    const expected = first!.promptLogprobs!.map((score) => {
      if (!score) return null;
      const top = score.topLogprobs!.map(
        (entry, i) => [entry.tokenId, { logprob: entry.logprob, rank: i + 1 }] as const,
      );
      return Object.fromEntries([...top, [score.tokenId, { logprob: score.logprob, rank: score.rank }] as const]);
    });
    const { body } = await answerTo(server, "/v1/completions", { ...seeded, prompt_logprobs: 2 });
    const [choice] = body["choices"] as [{ text: string; logprobs: unknown; prompt_logprobs: unknown[] }];
    expect(choice.prompt_logprobs).toMatchObject(expected);
    expect(choice.prompt_logprobs[1]).toMatchObject({ [ids[1]!]: { decoded_token: prompt[1] } });
    expect(choice.logprobs).toBeNull();
    expect(choice.text).toBe(textOf(await offline(server, { prompt: ids, seed: 5, randomStreamId: 0, maxTokens: 6 })));
    const messages = [{ role: "user", content: "hi" }];
    const chat = await answerTo(server, "/v1/chat/completions", {
      messages,
      seed: 5,
      max_tokens: 3,
      prompt_logprobs: 0,
      n: 2,
    });
    const scores = chat.body["prompt_logprobs"] as (Record<string, object> | null)[];
    expect(scores).toHaveLength((chat.body["usage"] as { prompt_tokens: number }).prompt_tokens);
    expect(scores.slice(1).every((entry) => Object.keys(entry!).length === 1)).toBe(true);
  });

  it("go beside echo and logprobs, each with a number of its own", async () => {
    const { body } = await answerTo(server, "/v1/completions", {
      ...seeded,
      echo: true,
      logprobs: 0,
      prompt_logprobs: 3,
    });
    const [choice] = body["choices"] as [{ logprobs: { top_logprobs: object[] }; prompt_logprobs: object[] }];
    expect(Object.keys(choice.logprobs.top_logprobs[1]!)).toHaveLength(1);
    expect(Object.keys(choice.prompt_logprobs[1]!).length).toBeGreaterThanOrEqual(3);
  });
});

it.each([
  [{ prompt_logprobs: 2, stream: true }, "prompt_logprobs", "expected no stream"],
  [{ prompt_logprobs: -1 }, "prompt_logprobs", "expected integer in [0, 20]"],
  [{ prompt_logprobs: 21 }, "prompt_logprobs", "expected integer in [0, 20]"],
  [{ max_tokens: 0 }, "max_tokens", "in [1, 16777216] without echo or prompt_logprobs"],
  [{ max_tokens: 0, echo: true, logprobs: 21 }, "logprobs", "expected integer in [0, 20]"],
])("%j is refused", async (fields, param, part) => {
  const { status, body } = await answerTo(server, "/v1/completions", { ...seeded, ...fields });
  expect(status).toBe(400);
  expect(body["error"]).toMatchObject({ param, message: expect.stringContaining(part) as string });
});

it("scores in flight count as held bytes, in streams too, and are released", async () => {
  const small = await startServer({ limits: { maxHeldBytes: 8000, ...wholeShares } });
  const body = { prompt: "a".repeat(60), max_tokens: 16, echo: true, logprobs: 1, stream: true };
  expect(await answerTo(small, "/v1/completions", body)).toMatchObject({
    status: 400,
    body: { error: { code: "answer_too_large" } },
  });
  for (let i = 0; i < 5; i++) {
    const response = await post(small, "/v1/completions", { ...body, prompt: "a".repeat(40), max_tokens: 2 });
    expect(await response.text()).toContain("[DONE]");
  }
  await until(() => small.engine.stats().open === 0, "all are closed");
  await small.close();
});
