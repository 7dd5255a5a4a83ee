/** Streams of events, and going on with them. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { LogitsSource } from "@tokenmill/core";
import {
  createSyntheticSource,
  createTraceSource,
  functionSource,
  type SyntheticSourceOptions,
  writeNpy,
} from "@tokenmill/sources";
import { describe, expect, it, onTestFinished } from "vitest";
import { completions, errorOf, seeded, serverWith } from "./testing/requests.ts";
import {
  answerTo,
  letterTokenizer,
  parseSse,
  post,
  type SseMessage,
  type TestOptions,
  type TestServer,
  until,
} from "./testing/testServer.ts";

describe("a stream of events", () => {
  it("is framed as SSE with id <sequence>:<index>:<seal> and ends with [DONE]", async () => {
    const server = await serverWith();
    const response = await post(server, completions, { ...seeded, stream: true });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(response.headers.get("x-request-id")).toMatch(/^req_/);
    const text = await response.text();
    expect(text.endsWith("\n\ndata: [DONE]\n\n")).toBe(true);
    const messages = parseSse(text);
    const [, sequence] = /^(\d+):0:[\w-]{16}$/.exec(messages[0]!.id!)!;
    const places = messages.slice(0, -1).map(({ id }) => /^(.*):[\w-]{16}$/.exec(id!)![1]);
    expect(places).toEqual(Array.from({ length: 12 }, (_, index) => `${sequence}:${index}`));
    expect(JSON.parse(messages[0]!.data)).toMatchObject({ object: "text_completion", model: "synthetic gaussian" });
  });

  it("goes on after Last-Event-ID with no gap and no repeat", async () => {
    const server = await serverWith();
    const request = { ...seeded, seed: undefined, stream: true, max_tokens: 40 };
    const whole = parseSse(await (await post(server, completions, request)).text());
    const ids = whole.map(({ id }) => id);
    const indices = (messages: typeof whole): (string | undefined)[] => messages.map(({ id }) => id?.split(":")[1]);
    for (const index of [0, 17, 38, 39]) {
      const rest = parseSse(await (await post(server, completions, request, { "last-event-id": ids[index]! })).text());
      expect(indices(rest)).toEqual(indices(whole.slice(index + 1)));
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
    expect(next!.id).toMatch(/^\d+:1:/);
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
    for (const wrong of ["x", "1", "1:0", `${id}.5`, `${id};1`, `0${id}`, id!.slice(0, -1), `${id!.split(":")[0]}:0`]) {
      const { status, body } = await resume(request, wrong);
      expect([wrong, status, errorOf(body)["code"]]).toEqual([wrong, 404, "resume_unavailable"]);
    }
    expect((await resume({ ...request, n: 2 }, id!)).status).toBe(404);
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

describe("an id", () => {
  it.each([
    ["of a request with a seed", {}],
    ["of a request without one", { seed: undefined }],
    ["of several outputs", { seed: undefined, n: 3 }],
  ])(
    "%s with any one bit changed, or any character left out, doubled or swapped, is refused",
    async (_what, fields) => {
      const server = await serverWith();
      const request = { ...seeded, ...fields, stream: true };
      const messages = parseSse(await (await post(server, completions, request)).text());
      const { id } = messages[7]!;
      const bytes = Array.from(Buffer.from(id!, "latin1"));
      const flipped = bytes.flatMap((byte, at) =>
        [0, 1, 2, 3, 4, 5, 6, 7].map((bit) => bytes.with(at, byte ^ (1 << bit))),
      );
      const cut = bytes.map((_, at) => bytes.toSpliced(at, 1));
      const doubled = bytes.map((byte, at) => bytes.toSpliced(at, 0, byte));
      const swapped = bytes.slice(1).map((byte, at) => bytes.with(at, byte).with(at + 1, bytes[at]!));
      const isHeader = (byte: number): boolean => byte >= 0x20 && byte !== 0x7f;
      const changed = [...flipped, ...cut, ...doubled, ...swapped]
        .filter((each) => each.every(isHeader))
        .map((each) => Buffer.from(each).toString("latin1"))
        .filter((text) => text.trim() !== id);
      expect(changed.length).toBeGreaterThan(500);
      const wrong: string[] = [];
      const tryOne = async (text: string): Promise<void> => {
        const { status, body } = await answerTo(server, completions, request, { "last-event-id": text });
        if (status !== 404 || errorOf(body)["code"] !== "resume_unavailable") wrong.push(`${text}: ${status}`);
      };
      for (let i = 0; i < changed.length; i += 32) await Promise.all(changed.slice(i, i + 32).map(tryOne));
      expect(wrong).toEqual([]);
      expect((await post(server, completions, request, { "last-event-id": id! })).status).toBe(200);
    },
  );

  const resumeKey = new Uint8Array(32).fill(7);
  const synthetic = (options: Partial<SyntheticSourceOptions> = {}): LogitsSource =>
    createSyntheticSource({ kind: "gaussian", vocabSize: 40, ...options });
  const trace = (value: number): Promise<LogitsSource> =>
    createTraceSource({ rows: new Float32Array(80).fill(value), shape: [2, 40] });
  const write = (row: Float32Array): void => void row.fill(0);

  it.each<[string, () => Promise<TestOptions> | TestOptions]>([
    ["vocabulary", () => ({ source: synthetic({ vocabSize: 41 }) })],
    ["law", () => ({ source: synthetic({ kind: "zipf" }) })],
    ["seed of the rows", () => ({ source: synthetic({ seed: 1 }) })],
    ["spread", () => ({ source: synthetic({ scale: 1 }) })],
    ["element type", () => ({ source: synthetic({ dtype: "f16" }) })],
    ["number of rows", () => ({ source: synthetic({ distinctRows: 65 }) })],
    ["source", async () => ({ source: await trace(0) })],
    ["function that nobody can compare", () => ({ source: functionSource({ vocabSize: 40, write }) })],
    ["tokenizer", () => ({ source: { ...synthetic({ vocabSize: 37, tokenizer: letterTokenizer }) } })],
    ["stage", () => ({ source: synthetic(), customStages: { a: moduleOf("export default () => {}") } })],
    ["context", () => ({ source: synthetic(), limits: { maxContextTokens: 99 } })],
    ["model name", () => ({ source: synthetic(), modelName: "other" })],
    ["resume key", () => ({ source: synthetic(), resumeKey: new Uint8Array(32).fill(8) })],
  ])(
    "is refused by a server with another %s under the same name, and taken by the like one",
    async (_what, options) => {
      const request = { prompt: [1, 2], max_tokens: 9, ignore_eos: true, seed: 5, stream: true };
      const like = { modelName: "m", resumeKey, source: synthetic() };
      const first = await serverWith(like);
      const [event] = parseSse(await (await post(first, completions, request)).text());
      const resume = async (server: TestServer): Promise<number> =>
        (await post(server, completions, request, { "last-event-id": event!.id! })).status;
      expect(await resume(await serverWith({ ...like, source: synthetic() }))).toBe(200);
      expect(await resume(await serverWith({ ...like, ...(await options()) }))).toBe(404);
    },
  );

  it("is bound to the contents of files: traces and stage modules", async () => {
    const request = { prompt: [1, 2], max_tokens: 9, ignore_eos: true, seed: 5, stream: true };
    const path = join(folder(), "rows.npy");
    const stage = join(folder(), "stage.mjs");
    const serve = async (value: number, code: string): Promise<TestServer> => {
      await writeNpy(path, { dtype: "f32", shape: [2, 40], data: new Float32Array(80).fill(value) });
      writeFileSync(stage, code);
      const source = await createTraceSource({ path });
      return serverWith({ modelName: "m", resumeKey, source, customStages: { a: pathToFileURL(stage).href } });
    };
    const first = await serve(0, "export default () => {}");
    const [event] = parseSse(await (await post(first, completions, request)).text());
    const resume = async (server: TestServer): Promise<number> =>
      (await post(server, completions, request, { "last-event-id": event!.id! })).status;
    expect(await resume(await serve(0, "export default () => {}"))).toBe(200);
    expect(await resume(await serve(1, "export default () => {}"))).toBe(404);
    expect(await resume(await serve(0, "export default () => { ; }"))).toBe(404);
  });
});

describe("streams of one body", () => {
  const long = { ...seeded, stream: true, max_tokens: 1_000_000 };
  const limits = { maxContextTokens: 2 ** 21 };

  /** The first event of a stream that is left unread from then on. */
  async function begin(
    server: TestServer,
    headers: Record<string, string> = {},
  ): Promise<{ id: string; rest: () => Promise<string> }> {
    const response = await post(server, completions, long, headers);
    expect(response.status).toBe(200);
    const reader = response.body!.getReader();
    onTestFinished(() => reader.cancel().catch(() => undefined));
    let text = new TextDecoder().decode((await reader.read()).value);
    const id = parseSse(text)[0]!.id!;
    const rest = async (): Promise<string> => {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return text;
        text = text.slice(-10_000) + new TextDecoder().decode(value);
      }
    };
    return { id, rest };
  }

  it("have ids of their own, before and after a restart, and none cuts another", async () => {
    const resumeKey = new Uint8Array(32);
    const [one, two] = [await serverWith({ limits, resumeKey }), await serverWith({ limits, resumeKey })];
    const before = await begin(one);
    const after = await begin(two);
    expect(before.id.split(":")[0]).not.toBe(after.id.split(":")[0]);
    // On the server that was started again, the first client goes on; the other's stream is left alone.
    await begin(two, { "last-event-id": before.id });
    expect(two.engine.stats().open).toBe(2);
    await begin(two, { "last-event-id": before.id });
    expect(two.engine.stats().open).toBe(3);
  });

  it("that are resumed end the connection that they continue, which is told why", async () => {
    const server = await serverWith({ limits });
    const [first, other] = [await begin(server), await begin(server)];
    expect(server.engine.stats().open).toBe(2);
    const second = await begin(server, { "last-event-id": first.id });
    expect(server.engine.stats().open).toBe(2);
    const messages = parseSse(await first.rest());
    expect(JSON.parse(messages.at(-1)!.data)).toMatchObject({ error: { code: "stream_resumed" } });
    // A second resume of the same place finds nobody to end; of the new place it ends the new connection alone.
    await begin(server, { "last-event-id": first.id });
    expect(server.engine.stats().open).toBe(3);
    await begin(server, { "last-event-id": second.id });
    expect(server.engine.stats().open).toBe(3);
    expect(await second.rest()).toContain('"stream_resumed"');
    await begin(server, { "last-event-id": other.id });
    expect(server.engine.stats().open).toBe(3);
  });
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "tokenmill-resume-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

function moduleOf(code: string): string {
  return `data:text/javascript,${encodeURIComponent(code)}`;
}
