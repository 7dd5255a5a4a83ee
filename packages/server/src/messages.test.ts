/** A conversation whose assistant's turns are what servers answered: OpenAI's own loop, and other servers' messages. */
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { errorOf } from "./testing/requests.ts";
import { answerTo, letterTokenizer, startServer, type TestServer } from "./testing/testServer.ts";

const chat = "/v1/chat/completions";
const model = "letters";
let server: TestServer;
let client: OpenAI;
beforeAll(async () => {
  server = await startServer({ modelName: model });
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "none", maxRetries: 0 });
});
afterAll(() => server.close());

type Message = OpenAI.ChatCompletionMessageParam;
const user = (content: string): Message => ({ role: "user", content });
const settings = { model, max_tokens: 8, seed: 3 };

/** What comes after a plain assistant's message. */
async function plainAnswer(content: string): Promise<unknown> {
  const messages = [user("hi"), { role: "assistant", content }, user("more")];
  return (await answerTo(server, chat, { ...settings, messages })).body["choices"];
}

async function answerAfter(message: object): Promise<unknown> {
  const { status, body } = await answerTo(server, chat, { ...settings, messages: [user("hi"), message, user("more")] });
  expect([status, body["error"]]).toEqual([200, undefined]);
  return body["choices"];
}

describe("the server's own message", () => {
  it("is taken in the next turn, whole, streamed and parsed by the client", async () => {
    const messages: Message[] = [user("hi")];
    const whole = await client.chat.completions.create({ ...settings, messages });
    messages.push(whole.choices[0]!.message, user("go on"));
    const streamed = await client.chat.completions.stream({ ...settings, messages }).finalMessage();
    messages.push(streamed, user("and on"));
    // The client parses what has ended by itself only.
    const ends = { [letterTokenizer.eosTokenId!]: 100 };
    const parsed = await client.chat.completions.parse({ ...settings, logit_bias: ends, messages });
    messages.push(parsed.choices[0]!.message, user("end"));
    const last = await client.chat.completions.create({ ...settings, messages });
    const plain = messages.map(({ role, content }) => ({ role, content }) as Message);
    expect(last.choices).toEqual((await client.chat.completions.create({ ...settings, messages: plain })).choices);
  });
});

describe("a message with fields that ask for nothing", () => {
  const nothing: readonly (readonly [string, readonly unknown[]])[] = [
    ["refusal", [null, ""]],
    ["audio", [null, {}]],
    ["tool_calls", [null, []]],
    ["function_call", [null, {}]],
    ["annotations", [null, []]],
    ["reasoning_content", [null, ""]],
    ["reasoning", [null, ""]],
    ["name", [null]],
    ["tool_call_id", [null]],
    ["parsed", [null, { a: [null] }]],
  ];

  it.each(nothing.flatMap(([name, values]) => values.map((value) => [name, value] as const)))(
    "such as %s %j means what it does without",
    async (name, value) => {
      expect(await answerAfter({ role: "assistant", content: "x", [name]: value })).toEqual(await plainAnswer("x"));
    },
  );

  it.each([
    ["OpenAI", { refusal: null, annotations: [] }],
    [
      "vLLM",
      { refusal: null, annotations: null, audio: null, function_call: null, tool_calls: [], reasoning_content: null },
    ],
    [
      "newer vLLM",
      { refusal: null, annotations: null, audio: null, function_call: null, tool_calls: [], reasoning: null },
    ],
    ["SGLang", { reasoning_content: null, tool_calls: null }],
    ["llama.cpp", { reasoning_content: "", tool_calls: [] }],
  ])("as %s answers them is taken", async (_server, fields) => {
    expect(await answerAfter({ role: "assistant", content: "x", ...fields })).toEqual(await plainAnswer("x"));
  });

  it.each([{ content: null }, { content: "" }, { content: [] }, {}])(
    "and %j of the assistant said nothing",
    async (said) => {
      expect(await answerAfter({ role: "assistant", ...said })).toEqual(await plainAnswer(""));
    },
  );
});

describe("a message that asks for something", () => {
  it.each([
    ["refusal", "no", 'null or "", as the models here refuse nothing, got "no"'],
    ["tool_calls", [{ id: "a" }], "null or [], as the models here call no tools, got an array of 1"],
    ["function_call", { name: "f" }, "null or {}, as the models here call no tools, got an object"],
    ["annotations", [{}], "null or [], as the models here cite nothing, got an array of 1"],
    ["audio", { id: "a" }, "null or {}, as the models here read and write text only, got an object"],
    ["reasoning_content", "hm", 'null or "", as the models here do not reason, got "hm"'],
  ])("in %s is refused", async (name, value, expected) => {
    const messages = [user("hi"), { role: "assistant", content: "x", [name]: value }];
    const { status, body } = await answerTo(server, chat, { ...settings, messages });
    expect(status).toBe(400);
    const param = `messages[1].${name}`;
    expect(errorOf(body)).toMatchObject({ param, message: `"${param}" expected ${expected}` });
  });

  it.each(["user", "system", "developer"])("needs content, of %s", async (role) => {
    for (const content of [null, undefined]) {
      const { status, body } = await answerTo(server, chat, { ...settings, messages: [{ role, content }] });
      expect([status, errorOf(body)["message"]]).toEqual([400, '"messages[0].content" is missing']);
    }
  });
});
