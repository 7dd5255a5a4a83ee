/** OpenAI's own client, unchanged, against the server. */
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { letterTokenizer, offline, startServer, type TestServer, textOf, until } from "./testing/testServer.ts";

let server: TestServer;
let client: OpenAI;
beforeAll(async () => {
  server = await startServer({ modelName: "letters" });
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "none", maxRetries: 0 });
});
afterAll(() => server.close());

const model = "letters";
const seeded = { model, prompt: "ab", max_tokens: 24, seed: 5 };

describe("completions", () => {
  it("give the text that the engine gives for the same seed", async () => {
    const alone = await offline(server, { prompt: "ab", maxTokens: 24, seed: 5, randomStreamId: 0 });
    const completion = await client.completions.create(seeded);
    expect(completion.object).toBe("text_completion");
    expect(completion.choices).toHaveLength(1);
    expect(completion.choices[0]!.text).toBe(textOf(alone));
    expect(completion.choices[0]!.finish_reason).toBe(alone.at(-1)!.finishReason);
    expect(completion.usage).toEqual({
      prompt_tokens: 2,
      completion_tokens: alone.length,
      total_tokens: 2 + alone.length,
    });
  });

  it("stream the same text, one chunk a token, and the counts at the end", async () => {
    const whole = await client.completions.create(seeded);
    const stream = await client.completions.create({
      ...seeded,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    const last = chunks.pop()!;
    expect(last.choices).toEqual([]);
    expect(last.usage).toEqual(whole.usage);
    expect(chunks.every(({ usage }) => usage === null)).toBe(true);
    expect(chunks).toHaveLength(whole.usage!.completion_tokens);
    expect(chunks.map(({ choices }) => choices[0]!.text).join("")).toBe(whole.choices[0]!.text);
    expect(chunks.map(({ choices }) => choices[0]!.finish_reason)).toEqual([
      ...Array<null>(chunks.length - 1).fill(null),
      whole.choices[0]!.finish_reason,
    ]);
  });

  it("give n choices that differ and repeat, the first of them as with n = 1", async () => {
    const one = await client.completions.create(seeded);
    const many = await client.completions.create({ ...seeded, n: 3 });
    const again = await client.completions.create({ ...seeded, n: 3 });
    const texts = many.choices.map(({ text }) => text);
    expect(new Set(texts).size).toBe(3);
    expect(texts[0]).toBe(one.choices[0]!.text);
    expect(again.choices).toEqual(many.choices);
    expect(many.usage!.prompt_tokens).toBe(2);
  });

  it("take several prompts, as texts and as token ids, and number the choices through", async () => {
    const texts = await client.completions.create({ ...seeded, prompt: ["ab", "cd"], n: 2, echo: true });
    expect(texts.choices.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    expect(texts.choices.map(({ text }) => text.slice(0, 2))).toEqual(["ab", "ab", "cd", "cd"]);
    const ids = ["ab", "cd"].map((text) => letterTokenizer.encode(text));
    const fromIds = await client.completions.create({ ...seeded, prompt: ids, n: 2, echo: true });
    expect(fromIds.choices).toEqual(texts.choices);
    expect((await client.completions.create({ ...seeded, prompt: ids[0]! })).choices[0]!.text).toBe(
      texts.choices[0]!.text.slice(2),
    );
  });

  it("choose the best of several by mean log-probability", async () => {
    const all = await client.completions.create({ ...seeded, n: 4, logprobs: 0 });
    const mean = ({ logprobs }: (typeof all.choices)[number]): number =>
      logprobs!.token_logprobs!.reduce((sum, logprob) => sum + logprob, 0) / logprobs!.token_logprobs!.length;
    const best = all.choices.toSorted((a, b) => mean(b) - mean(a))[0]!;
    const chosen = await client.completions.create({ ...seeded, best_of: 4 });
    expect(chosen.choices.map(({ text }) => text)).toEqual([best.text]);
    expect(chosen.usage!.completion_tokens).toBe(all.usage!.completion_tokens);
  });

  it("give log-probabilities with tokens, offsets and the most probable", async () => {
    const { choices } = await client.completions.create({ ...seeded, max_tokens: 6, temperature: 0, logprobs: 2 });
    const { tokens, token_logprobs, top_logprobs, text_offset } = choices[0]!.logprobs!;
    expect(tokens).toHaveLength(6);
    expect(token_logprobs!.every((logprob) => logprob < 0)).toBe(true);
    top_logprobs!.forEach((top, i) => {
      expect(Object.keys(top)).toHaveLength(2);
      expect(Math.max(...Object.values(top))).toBe(token_logprobs![i]);
    });
    expect(text_offset).toEqual(tokens!.map((_, i) => tokens!.slice(0, i).join("").length));
  });

  it("end at a stop string, which is not in the text", async () => {
    const whole = await client.completions.create(seeded);
    const text = whole.choices[0]!.text;
    const stop = text.slice(4, 6);
    const { choices } = await client.completions.create({ ...seeded, stop: [stop, "never this"] });
    expect(choices[0]!.text).toBe(text.slice(0, text.indexOf(stop)));
    expect(choices[0]!.finish_reason).toBe("stop");
  });

  it("obey logit_bias, and OpenAI's penalties", async () => {
    const banned = Object.fromEntries(Array.from({ length: 37 }, (_, id) => [id, id === 3 ? 0 : -100]));
    const { choices } = await client.completions.create({ ...seeded, max_tokens: 5, logit_bias: banned });
    expect(choices[0]!.text).toBe("ddddd");
    const penalised = await client.completions.create({ ...seeded, presence_penalty: 2, frequency_penalty: 2 });
    expect(penalised.choices[0]!.text).not.toBe((await client.completions.create(seeded)).choices[0]!.text);
  });
});

describe("chat completions", () => {
  const chat = { model, max_tokens: 24, seed: 5, messages: [{ role: "user" as const, content: "ab" }] };

  it("answer as the assistant, streamed or not", async () => {
    const whole = await client.chat.completions.create(chat);
    expect(whole.choices[0]!.message.role).toBe("assistant");
    const stream = client.chat.completions.stream(chat);
    const deltas: string[] = [];
    stream.on("content", (delta) => deltas.push(delta));
    const final = await stream.finalChatCompletion();
    expect(final.choices[0]!.message.content).toBe(whole.choices[0]!.message.content);
    expect(deltas.join("")).toBe(whole.choices[0]!.message.content);
    expect(final.choices[0]!.finish_reason).toBe(whole.choices[0]!.finish_reason);
  });

  it("give log-probabilities with bytes, streamed or not", async () => {
    const request = { ...chat, max_tokens: 4, logprobs: true, top_logprobs: 3 };
    const whole = await client.chat.completions.create(request);
    const content = whole.choices[0]!.logprobs!.content!;
    expect(content).toHaveLength(whole.usage!.completion_tokens);
    for (const token of content) {
      expect(token.top_logprobs).toHaveLength(3);
      expect(token.bytes).toBeInstanceOf(Array);
    }
    const streamed = await client.chat.completions.stream(request).finalChatCompletion();
    expect(streamed.choices[0]!.logprobs!.content).toEqual(content);
  });

  it("write the conversation out with the roles' names", async () => {
    const messages = [
      { role: "system" as const, content: "s" },
      {
        role: "user" as const,
        content: [
          { type: "text" as const, text: "x" },
          { type: "text" as const, text: "y" },
        ],
      },
    ];
    const { choices, usage } = await client.chat.completions.create({ ...chat, messages, n: 2 });
    expect(choices).toHaveLength(2);
    const prompt = "System: s\n\nUser: xy\n\nAssistant:";
    expect(usage!.prompt_tokens).toBe(letterTokenizer.encode(prompt).length);
    const alone = await offline(server, { prompt, maxTokens: 24, seed: 5, randomStreamId: 1, stop: "\nUser:" });
    expect(choices[1]!.message.content).toBe(textOf(alone));
  });
});

describe("the rest of the client", () => {
  it("lists and finds the model", async () => {
    const models = [];
    for await (const card of client.models.list()) models.push(card.id);
    expect(models).toEqual([model]);
    expect((await client.models.retrieve(model)).id).toBe(model);
    await expect(client.models.retrieve("gpt-9")).rejects.toThrow(OpenAI.NotFoundError);
  });

  it("gets errors of its own classes, with param and code", async () => {
    const refused = client.completions.create({ ...seeded, temperature: -1 });
    await expect(refused).rejects.toThrow(OpenAI.BadRequestError);
    await expect(refused).rejects.toMatchObject({
      status: 400,
      param: "temperature",
      type: "invalid_request_error",
      message: '400 "temperature" expected number ≥ 0, finite, got -1',
    });
    await expect(client.completions.create({ ...seeded, model: "gpt-9" })).rejects.toMatchObject({
      status: 404,
      code: "model_not_found",
    });
  });

  it("that aborts a stream frees its sequence", async () => {
    const stream = await client.completions.create({
      ...seeded,
      max_tokens: 10_000,
      ignore_eos: true,
      stream: true,
    } as OpenAI.CompletionCreateParamsStreaming);
    let chunks = 0;
    for await (const _ of stream) if (++chunks === 5) break;
    await until(() => server.engine.stats().open === 0, "the sequence is gone");
    expect(server.engine.stats().tokens).toBeLessThan(10_000);
  });

  it("that aborts a request without streaming frees its sequence", async () => {
    const controller = new AbortController();
    const request = { ...seeded, max_tokens: 16_000, ignore_eos: true };
    const answer = client.completions.create(request, { signal: controller.signal });
    await until(() => server.engine.stats().open === 1, "the sequence is open");
    controller.abort();
    await expect(answer).rejects.toThrow(OpenAI.APIUserAbortError);
    await until(() => server.engine.stats().open === 0, "the sequence is gone");
  });
});
