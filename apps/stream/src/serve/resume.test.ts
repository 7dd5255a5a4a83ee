/** Streams of events, and going on with them. */
import { describe, expect, it } from "vitest";
import { completions, errorOf, seeded, serverWith } from "../testing/serve/requests.ts";
import { answerTo, parseSse, post, type SseMessage, until } from "../testing/serve/testServer.ts";

describe("a stream of events", () => {
  it("is framed as SSE with id <sequence>:<index> and ends with [DONE]", async () => {
    const server = await serverWith();
    const response = await post(server, completions, { ...seeded, stream: true });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(response.headers.get("x-request-id")).toMatch(/^req_/);
    const text = await response.text();
    expect(text.endsWith("\n\ndata: [DONE]\n\n")).toBe(true);
    const messages = parseSse(text);
    const [, sequence] = /^(\d+):0$/.exec(messages[0]!.id!)!;
    expect(messages.slice(0, -1).map(({ id }) => id)).toEqual(
      Array.from({ length: 12 }, (_, index) => `${sequence}:${index}`),
    );
    expect(JSON.parse(messages[0]!.data)).toMatchObject({ object: "text_completion", model: "synthetic gaussian" });
  });

  it("goes on after Last-Event-ID with no gap and no repeat", async () => {
    const server = await serverWith();
    const request = { ...seeded, seed: undefined, stream: true, max_tokens: 40 };
    const whole = parseSse(await (await post(server, completions, request)).text());
    const ids = whole.map(({ id }) => id);
    for (const index of [0, 17, 38, 39]) {
      const rest = parseSse(await (await post(server, completions, request, { "last-event-id": ids[index]! })).text());
      expect(rest.map(({ id }) => id)).toEqual(ids.slice(index + 1));
      const textIn = (messages: typeof rest): string[] =>
        messages.slice(0, -1).map(({ data }) => (JSON.parse(data) as { choices: [{ text: string }] }).choices[0].text);
      expect(textIn(rest)).toEqual(textIn(whole.slice(index + 1)));
    }
  });

  it("that goes on while its first connection is open runs once", async () => {
    const server = await serverWith({ limits: { maxContextTokens: 2 ** 21 } });
    // 200 MB of events: more than the sockets of two clients that read the first of them can hold
    const long = { ...seeded, seed: undefined, stream: true, max_tokens: 1_000_000 };
    const first = (await post(server, completions, long)).body!.getReader();
    const [begin] = parseSse(new TextDecoder().decode((await first.read()).value));
    const headers = { "last-event-id": begin!.id! };
    const second = (await post(server, completions, long, headers)).body!.getReader();
    const [next] = parseSse(new TextDecoder().decode((await second.read()).value));
    expect(next!.id).toBe(begin!.id!.replace(/:0(?=$|;)/, ":1"));
    expect(server.engine.stats().open).toBe(1);
    await second.cancel();
    await until(() => server.engine.stats().open === 0, "the client's leaving is known");
    // its connection was cut
    await first.cancel().catch(() => undefined);
  });

  it("with several outputs goes on in each after the events that have come", async () => {
    const server = await serverWith();
    const request = {
      ...seeded,
      prompt: ["ab", "cd"],
      n: 2,
      seed: undefined,
      stream: true,
      max_tokens: 30,
      logprobs: 1,
    };
    /** By choice: index of each event, and its JSON. */
    const byChoice = (messages: readonly SseMessage[]): string[][] => {
      const outputs: string[][] = [[], [], [], []];
      for (const { id, data } of messages.filter((message) => message.id !== undefined)) {
        const [choice] = (JSON.parse(data) as { choices: [{ index: number }] }).choices;
        outputs[choice.index]!.push(`${/:(\d+);/.exec(id!)![1]} ${JSON.stringify(choice)}`);
      }
      return outputs;
    };
    const whole = parseSse(await (await post(server, completions, request)).text());
    expect(byChoice(whole).map((events) => events.length)).toEqual([30, 30, 30, 30]);
    for (const at of [0, 1, 50, 77, 119]) {
      const response = await post(server, completions, request, { "last-event-id": whole[at]!.id! });
      const joined = byChoice([...whole.slice(0, at + 1), ...parseSse(await response.text())]);
      expect(joined).toEqual(byChoice(whole));
    }
    const gone = await post(server, completions, { ...request, max_tokens: 9000 });
    const reader = gone.body!.getReader();
    const [begin] = parseSse(new TextDecoder().decode((await reader.read()).value));
    await reader.cancel();
    await until(() => server.engine.stats().open === 0, "the client's leaving is known");
    const again = await post(server, completions, { ...request, max_tokens: 9000 }, { "last-event-id": begin!.id! });
    expect(again.status).toBe(200);
    await again.body!.cancel();
  });

  it("is resumed for the same request only", async () => {
    const server = await serverWith();
    const request = { ...seeded, stream: true };
    const [first] = parseSse(await (await post(server, completions, request)).text());
    const resume = (body: object, id: string): ReturnType<typeof answerTo> =>
      answerTo(server, completions, body, { "last-event-id": id });
    const { id } = first!;
    const other = await resume({ ...request, prompt: "ac" }, id!);
    expect(other.status).toBe(404);
    expect(errorOf(other.body)).toMatchObject({ param: "Last-Event-ID", code: "resume_unavailable" });
    expect((await answerTo(server, "/v1/chat/completions", {}, { "last-event-id": id! })).status).toBe(400);
    const sequence = BigInt(id!.split(":")[0]!);
    expect((await resume(request, `${sequence + 2n ** 65n}:0`)).status).toBe(404);
    // no number, no index, a number too long, a seed of the server, several outputs
    const isUnseeded = 2n ** 64n;
    for (const wrong of ["x", "1", `${id}.5`, `${sequence + 2n ** 129n}:0`, `${sequence + isUnseeded}:0`, `${id};1`]) {
      const { status, body } = await resume(request, wrong);
      expect([wrong, status, errorOf(body)["param"]]).toEqual([wrong, 400, "Last-Event-ID"]);
    }
    expect((await resume({ ...request, n: 2 }, id!)).status).toBe(400);
    expect((await resume({ ...request, n: 2 }, `${id};1,1,1`)).status).toBe(400);
    expect((await resume({ ...request, n: 2 }, `${id};1,1`)).status).toBe(404);
    expect((await resume(seeded, id!)).status).toBe(400);
  });
});

it("another key does not resume a stream", async () => {
  const server = await serverWith({ apiKeys: ["one", "two"] });
  const request = { ...seeded, stream: true };
  const key = (name: string): Record<string, string> => ({ authorization: `Bearer ${name}` });
  const [first] = parseSse(await (await post(server, completions, request, key("one"))).text());
  const resume = async (name: string): Promise<number> =>
    (await post(server, completions, request, { ...key(name), "last-event-id": first!.id! })).status;
  expect(await resume("two")).toBe(404);
  expect(await resume("one")).toBe(200);
});
