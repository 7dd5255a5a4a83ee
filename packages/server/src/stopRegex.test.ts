/** Outputs that end where a regular expression matches, over HTTP and WebSocket. */
import { once } from "node:events";
import type { TokenEvent } from "@tokenmill/core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { completions, errorOf, seeded } from "./testing/requests.ts";
import { answerTo, offline, parseSse, post, startServer, type TestServer, until } from "./testing/testServer.ts";

let server: TestServer;
let whole: string;
beforeAll(async () => {
  server = await startServer({ structuredOutput: true });
  whole = textIn((await answerTo(server, completions, body)).body);
});
afterAll(() => server.close());

const body = { ...seeded, max_tokens: 200, min_tokens: 0, ignore_eos: true };
const stopRegex = "[aeiou][^aeiou]{2,5}[aeiou]";
const chats = "/v1/chat/completions";
const choiceOf = (answer: Record<string, unknown>) =>
  (answer["choices"] as { text?: string; message?: { content: string }; stop_reason: string }[])[0]!;
const textIn = (answer: Record<string, unknown>): string => choiceOf(answer).text ?? choiceOf(answer).message!.content;

/** The first end, and of matches that end there the longest. */
function matchIn(text: string): { start: number; end: number } {
  const exact = new RegExp(`^(?:${stopRegex})$`, "u");
  for (let end = 1; end <= text.length; end++) {
    for (let start = 0; start < end; start++) if (exact.test(text.slice(start, end))) return { start, end };
  }
  throw new Error("no match in the text");
}

describe("stop_regex", () => {
  it("ends the output before the match, which is left in it if asked for", async () => {
    const { start, end } = matchIn(whole);
    for (const [field, length] of [
      [{ stop_regex: stopRegex }, start],
      [{ stopRegex: [stopRegex, "never~"] }, start],
      [{ stop_regex: [stopRegex], include_stop_str_in_output: true }, end],
    ] as const) {
      const { body: answer } = await answerTo(server, completions, { ...body, ...field });
      expect(answer).toMatchObject({ choices: [{ finish_reason: "stop", stop_reason: stopRegex }] });
      expect(textIn(answer)).toBe(whole.slice(0, length));
    }
  });

  it("ends chats too, and streams hold back what may be a match", async () => {
    const chat = { ...body, prompt: undefined, messages: [{ role: "user", content: "ab" }] };
    const all = textIn((await answerTo(server, chats, chat)).body);
    const { start } = matchIn(all);
    const response = await post(server, chats, { ...chat, stream: true, stop_regex: stopRegex });
    const chunks = parseSse(await response.text()).map(({ data }) => data);
    const deltas = chunks
      .slice(0, -1)
      .map((data) => JSON.parse(data) as { choices: { delta: { content?: string } }[] });
    expect(deltas.map(({ choices }) => choices[0]?.delta.content ?? "").join("")).toBe(all.slice(0, start));
    expect(deltas.at(-1)).toMatchObject({ choices: [{ finish_reason: "stop", stop_reason: stopRegex }] });
  });

  it("has the matched text in the library's events", async () => {
    const events = await offline(server, { prompt: "ab", maxTokens: 200, ignoreEos: true, seed: 3, stopRegex });
    const { stopText, finishReason } = events.at(-1)!;
    expect(finishReason).toBe("stop");
    expect(stopText).toMatch(new RegExp(`^${stopRegex}$`));
  });

  it.each([
    ["a*", '"stop_regex[0]" expected one that does not match the empty text'],
    [["a", "(?=b)a{2}("], '"stop_regex[1]" expected a regular expression: '],
    ["a(?=bc)", '"stop_regex[0]" expected nothing but '],
    ["a.{9000}b", '"stop_regex" expected patterns that together have at most 8192 states'],
    [5, '"stop_regex" expected string or array of strings, got 5'],
  ])("refuses %j before the answer begins", async (stop_regex, message) => {
    for (const stream of [false, true]) {
      const { status, body: answer } = await answerTo(server, completions, { ...body, stream, stop_regex });
      expect(status).toBe(400);
      expect(errorOf(answer)).toMatchObject({ message: expect.stringContaining(message) as string });
      expect(String(errorOf(answer)["param"])).toMatch(/^stop_regex/);
    }
  });
});

it("over a WebSocket a bad one is refused before its sequence is opened, and a good one ends it", async () => {
  const socket = new WebSocket(`${server.url.replace("http", "ws")}/v1/stream`, "tokenmill.v1.json");
  onTestFinished(() => socket.terminate());
  await once(socket, "open");
  const messages: { type: string; id: string; error?: object; event?: Partial<TokenEvent> }[] = [];
  socket.on("message", (data: Buffer) => messages.push(JSON.parse(data.toString()) as (typeof messages)[number]));
  for (const [id, regex] of [
    ["bad", "a*"],
    ["good", stopRegex],
  ] as const) {
    const request = { prompt: "ab", maxTokens: 200, ignoreEos: true, seed: 3, stopRegex: regex };
    socket.send(JSON.stringify({ type: "open", id, request }));
  }
  const of = (wanted: string) => messages.filter(({ id }) => id === wanted);
  await until(() => of("bad").length > 0 && of("good").at(-1)?.event?.finishReason !== undefined, "both have ended");
  expect(of("bad")).toMatchObject([{ type: "error", error: { details: { param: "stopRegex[0]" } } }]);
  expect(of("good").at(-1)!.event).toMatchObject({ finishReason: "stop", stopReason: stopRegex });
});

it("a server without structured output refuses it by its name", async () => {
  const plain = await startServer();
  const { status, body: answer } = await answerTo(plain, completions, { ...body, stop_regex: "a" });
  expect([status, errorOf(answer)["param"]]).toEqual([400, "stop_regex"]);
  await plain.close();
});
