/** `stream_options`: token counts at the end, and with every chunk. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { completions, errorOf } from "./testing/requests.ts";
import { answerTo, parseSse, post, startServer, type TestServer } from "./testing/testServer.ts";

interface Usage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
}

interface Chunk {
  choices: { index: number; finish_reason: string | null }[];
  usage?: Usage | null;
}

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

async function chunksOf(path: string, body: object, options: object): Promise<Chunk[]> {
  const answer = await post(server, path, { ...body, stream: true, stream_options: options });
  expect(answer.status).toBe(200);
  const messages = parseSse(await answer.text()).filter(({ data }) => data !== "[DONE]");
  return messages.map(({ data }) => JSON.parse(data) as Chunk);
}

const messages = [{ role: "user", content: "hi" }];
const chat = "/v1/chat/completions";
const requests: readonly (readonly [string, string, object])[] = [
  ["a completion", completions, { prompt: "abc" }],
  ["several outputs", completions, { prompt: "abc", n: 3 }],
  ["a batch of prompts that are echoed", completions, { prompt: ["abc", "d"], n: 2, echo: true, logprobs: 0 }],
  ["a prompt alone", completions, { prompt: "abc", echo: true, max_tokens: 0 }],
  ["a chat", chat, { messages }],
  ["a chat with several outputs", chat, { messages, n: 2 }],
];

describe.each(requests)("the counts of %s", (_name, path, request) => {
  const body = { seed: 4, max_tokens: 6, ...request };

  it("in every chunk grow to those of its choice, and add up to those at the end", async () => {
    const chunks = await chunksOf(path, body, { include_usage: true, continuous_usage_stats: true });
    const last = chunks.pop()!;
    const latest = new Map<number, Usage>();
    for (const { choices, usage } of chunks) {
      const { index } = choices[0]!;
      const before = latest.get(index)?.completion_tokens ?? 0;
      expect(usage!.completion_tokens - before).toBeOneOf([0, 1]);
      expect(usage!.total_tokens).toBe(usage!.prompt_tokens + usage!.completion_tokens);
      latest.set(index, usage!);
    }
    const counts = [...latest.values()];
    const n = "n" in request ? (request.n as number) : 1;
    expect(last.choices).toEqual([]);
    expect(last.usage!.completion_tokens).toBe(counts.reduce((sum, usage) => sum + usage.completion_tokens, 0));
    expect(last.usage!.prompt_tokens).toBe(
      counts.filter((_, i) => i % n === 0).reduce((sum, usage) => sum + usage.prompt_tokens, 0),
    );
    const whole = await answerTo(server, path, body);
    expect(whole.body["usage"]).toEqual(last.usage);
  });

  it("stand where they were asked for and nowhere else", async () => {
    const kinds = async (options: object): Promise<unknown[]> => {
      const chunks = await chunksOf(path, body, options);
      return [...new Set(chunks.map(({ usage }) => (usage ? "counts" : usage)))];
    };
    expect(await kinds({ continuous_usage_stats: true })).toEqual(["counts"]);
    expect(await kinds({ include_usage: true, continuous_usage_stats: false })).toEqual([null, "counts"]);
    expect(await kinds({ include_usage: false })).toEqual([undefined]);
    expect(await kinds({ include_usage: null, continuous_usage_stats: null })).toEqual([undefined]);
    expect(await kinds({ include_obfuscation: false })).toEqual([undefined]);
  });
});

it("obfuscation is refused", async () => {
  const body = { prompt: "a", stream: true, stream_options: { include_obfuscation: true } };
  const { status, body: answer } = await answerTo(server, completions, body);
  expect(status).toBe(400);
  expect(errorOf(answer)["message"]).toBe(
    '"stream_options.include_obfuscation" expected false, as nothing is obfuscated here, got true',
  );
});
