/** Outputs constrained by JSON schemas, grammars and choices, by every field that asks for one. */
import { once } from "node:events";
import { loadR50kTokenizer } from "@tokenmill/embedded-model";
import { createSyntheticSource } from "@tokenmill/sources";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { answerTo, startServer, type TestServer, until } from "./testing/testServer.ts";

let server: TestServer;
beforeAll(async () => {
  server = await newServer();
});
afterAll(() => server.close());

async function newServer(): Promise<TestServer> {
  const tokenizer = await loadR50kTokenizer();
  const { vocabSize } = tokenizer;
  const source = createSyntheticSource({ kind: "flat", vocabSize, tokenizer, distinctRows: 4 });
  return startServer({ source, structuredOutput: true, slots: 8 });
}

const schema = {
  type: "object",
  properties: { answer: { enum: ["yes", "no"] }, sure: { type: "boolean" } },
  required: ["answer", "sure"],
  additionalProperties: false,
};
const seeded = { prompt: "a", max_tokens: 100, seed: 2 };

async function textOf(body: object): Promise<string> {
  const answer = await answerTo(server, "/v1/completions", { ...seeded, ...body });
  expect(answer.body).toMatchObject({ choices: [{ finish_reason: "stop" }] });
  return (answer.body["choices"] as [{ text: string }])[0].text;
}

describe("a JSON schema", () => {
  it("is kept to by the openai client's response_format", async () => {
    const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "none" });
    const { choices } = await client.chat.completions.create({
      model: "synthetic flat",
      messages: [{ role: "user", content: "Are you sure?" }],
      response_format: { type: "json_schema", json_schema: { name: "answer", strict: true, schema } },
      n: 5,
      seed: 1,
    });
    for (const { message } of choices) {
      const value = JSON.parse(message.content!) as Record<string, unknown>;
      expect(["yes", "no"]).toContain(value["answer"]);
      expect(value["sure"]).toBeTypeOf("boolean");
    }
  });

  it("gives the same under each of its names", async () => {
    const expected = await textOf({ response_format: { type: "json_schema", json_schema: { schema } } });
    for (const body of [
      { guided_json: schema },
      { guided_json: JSON.stringify(schema) },
      { structured_outputs: { json: schema } },
      { json_schema: schema },
      { jsonSchema: schema },
    ]) {
      expect(await textOf(body)).toBe(expected);
    }
  });
});

describe("a grammar", () => {
  it("is kept to, and choices are one", async () => {
    expect(await textOf({ guided_grammar: 'root ::= "ab" [0-9] [0-9]' })).toMatch(/^ab\d\d$/);
    const form = { json_object: true, disable_any_whitespace: true };
    const object = await answerTo(server, "/v1/completions", { ...seeded, max_tokens: 3, structured_outputs: form });
    expect(object.body).toMatchObject({ choices: [{ text: expect.stringMatching(/^\{/) as string }] });
    const choices = ['say "é"', "line\nbreak", "back\\slash"];
    const texts = await Promise.all(
      Array.from({ length: 20 }, (_, sequence_id) => textOf({ guided_choice: choices, sequence_id })),
    );
    expect(new Set(texts)).toEqual(new Set(choices));
  });
});

describe("other grammars", () => {
  it("are Lark's, and llama.cpp's", async () => {
    const lark = '%import common.INT\nstart: "ab" INT ("," INT)~2\n%ignore " "';
    expect(await textOf({ grammar: 'root ::= "ab" [а-я]{3}\n' })).toMatch(/^ab[а-я]{3}$/);
    expect(await textOf({ grammar: lark.replace("INT (", "/[0-9]{1,3}/ (").replace("INT)", "/[0-9]{2}/)") })).toMatch(
      /^ab *\d{1,3} *(?:, *\d\d *){2}$/,
    );
  });

  it("are structural tags under each of their names", async () => {
    const format = { type: "tag", begin: "<a>", content: { type: "json_schema", json_schema: schema }, end: "</a>" };
    const tag = { type: "structural_tag", format };
    const expected = await textOf({ structural_tag: tag });
    expect(expected).toMatch(/^<a>\{"answer": "(?:yes|no)", "sure": (?:true|false)\}<\/a>$/);
    for (const body of [
      { structuralTag: tag },
      { response_format: tag },
      { structured_outputs: { structural_tag: JSON.stringify(tag) } },
    ]) {
      expect(await textOf(body)).toBe(expected);
    }
  });
});

describe("a regular expression", () => {
  it.each([
    ["an ISO date", String.raw`\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])`],
    ["a time", String.raw`^(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?(?:Z|[+\-]\d\d:\d\d)$`],
    ["an e-mail address", String.raw`[\w.%+\-]{1,20}@(?:[a-z\d\-]{1,10}\.){1,3}[a-z]{2,6}`],
    ["an IPv4 address", String.raw`(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)`],
    ["an IPv6 address", String.raw`(?:[\da-fA-F]{1,4}:){7}[\da-fA-F]{1,4}`],
    ["a phone number", String.raw`\+?\d{1,3}[ .\-]?(?:\(\d{2,4}\)|\d{2,4})[ .\-]?\d{3}[ .\-]?\d{4}`],
    ["a UUID", String.raw`[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}`],
    ["a colour", "#(?:[0-9a-fA-F]{3}){1,2}"],
    ["an amount", String.raw`(?:€|\$|£) ?(?:0|[1-9]\d{0,2}(?:,\d{3}){0,2})(?:\.\d\d)?`],
    ["a version", String.raw`v?(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){2}(?:-[a-z]{1,8}(?:\.\d)?)?`],
    ["a link", String.raw`https?:\/\/(?:[a-z\d\-]{1,12}\.){1,2}(?:com|org|io)(?:\/[\w\-.~]{0,8}){0,3}`],
    ["a sentence", String.raw`(?:Yes|No), (?:it|that) is(?: not)? (?:"[^"\n]{1,10}"|[A-Z]\w{1,8}?)[.!]`],
    ["any text", String.raw`[^\x00-\x1f]{3,12}`],
  ])("makes %s", async (_name, regex) => {
    const expected = new RegExp(`^(?:${regex})$`);
    const texts = await Promise.all(
      Array.from({ length: 8 }, (_, sequence_id) => textOf({ guided_regex: regex, sequence_id, max_tokens: 200 })),
    );
    for (const text of texts) expect(text).toMatch(expected);
    expect(new Set(texts).size).toBeGreaterThan(1);
  });

  it("gives the same under each of its names", async () => {
    const regex = "[a-f]{3}|\\d{3}";
    const expected = await textOf({ guided_regex: regex });
    for (const body of [{ regex }, { structured_outputs: { regex } }]) expect(await textOf(body)).toBe(expected);
  });
});

it("new forms that come together are compiled one after the other, a bad one between them fails alone", async () => {
  const answers = Array.from({ length: 12 }, async (_, i) => {
    const form = i === 5 ? { guided_grammar: "toor ::= 5" } : { guided_grammar: `root ::= "${i}" [a-c]` };
    const { status, body } = await answerTo(server, "/v1/completions", { ...seeded, ...form });
    return status === 200 ? (body["choices"] as [{ text: string }])[0].text : status;
  });
  const texts = await Promise.all(answers);
  const isRight = texts.map((text, i) => (i === 5 ? text === 400 : new RegExp(`^${i}[a-c]$`).test(String(text))));
  expect(isRight).toEqual(Array(12).fill(true));
  expect(server.engine.stats().open).toBe(0);
});

it("a client that leaves while its form waits opens nothing", async () => {
  const controllers = Array.from({ length: 8 }, (_, i) => {
    const controller = new AbortController();
    const schema = { type: "string", minLength: 2, maxLength: 8 + i };
    const body = JSON.stringify({ ...seeded, json_schema: schema });
    const headers = { "content-type": "application/json" };
    const request = { method: "POST", headers, body, signal: controller.signal };
    void fetch(`${server.url}/v1/completions`, request).catch(() => undefined);
    return controller;
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  for (const controller of controllers) controller.abort();
  expect(await textOf({ guided_grammar: 'root ::= "after"' })).toBe("after");
  await until(() => server.engine.stats().open === 0, "nothing is open");
});

it("over a WebSocket it is queued too, and what is said meanwhile applies", async () => {
  const fresh = await newServer();
  onTestFinished(() => fresh.close());
  const socket = new WebSocket(`${fresh.url.replace("http", "ws")}/v1/stream`, "tokenmill.v1.json");
  onTestFinished(() => socket.terminate());
  await once(socket, "open");
  const messages: { type: string; id: string; event?: { text: string; finishReason?: string } }[] = [];
  socket.on("message", (data: Buffer) => messages.push(JSON.parse(data.toString()) as (typeof messages)[number]));
  const say = (message: object): void => socket.send(JSON.stringify(message));
  const open = (id: string, form: object, credits?: number): void =>
    say({ type: "open", id, credits, request: { prompt: "a", maxTokens: 20, seed: 2, ...form } });
  // Both halves say the same in two ways: it is given up after its time, the others wait for the first tenth of a second.
  const endless = "(?=[ab]*a[ab]{32}$)(?!(?:b*a)*b*a[ab]{32}$)[ab]*";
  open("first", { regex: endless });
  open("cancelled", { regex: `${endless}(?:)` });
  open("bad", { grammar: "toor ::= 5" });
  open("credited", { grammar: 'root ::= "credited" [a-c]' }, 0);
  open("free", {});
  say({ type: "cancel", id: "cancelled" });
  say({ type: "credit", id: "credited", credits: 20 });
  const typesOf = (id: string): string[] => messages.filter((each) => each.id === id).map(({ type }) => type);
  const hasEnded = (wanted: string): boolean =>
    messages.some(({ id, event }) => id === wanted && event?.finishReason !== undefined);
  await until(
    () => ["credited", "free"].every(hasEnded) && typesOf("bad").length > 0 && typesOf("first").length > 0,
    "all have ended",
  );
  expect(typesOf("cancelled")).toEqual(["cancelled"]);
  expect(typesOf("bad")).toEqual(["error"]);
  expect(typesOf("first")).toEqual(["error"]);
  const texts = messages.filter(({ id }) => id === "credited").map(({ event }) => event?.text ?? "");
  expect(texts.join("")).toMatch(/^credited[a-c]$/);
  // It needs no grammar, so it waits for nobody.
  const opened = messages.filter(({ type }) => type === "opened").map(({ id }) => id);
  expect(opened.indexOf("free")).toBeLessThan(opened.indexOf("credited"));
  expect(fresh.engine.stats().open).toBe(0);
});

describe("a form that makes no sense", () => {
  it.each([
    [{ guided_json: schema, grammar: "root ::= a" }, "grammar", "beside"],
    ...["guided_json", "json_schema"].map((name): [object, string, string] => {
      const deep = `${'{"items":'.repeat(40_000)}{}${"}".repeat(40_000)}`;
      return [{ [name]: deep }, name, "expected JSON of at most 128 levels"];
    }),
    [{ guided_regex: "a(?<=bc)" }, "guided_regex", "got the lookbehind (?<=bc) at 1"],
    [{ structured_outputs: { regex: "a", json: {} } }, "structured_outputs", "one of json, regex, choice, grammar,"],
    [
      { guided_grammar: "\ntoor ::= 1" },
      "guided_grammar",
      '"guided_grammar" expected an EBNF grammar: at line 1, column 1, expected a rule named root',
    ],
    [{ grammar: "start: a" }, "grammar", "a Lark grammar: at line 1, column 8, expected the name of a rule"],
    [{ guided_choice: ["\ud800"] }, "guided_choice", '"guided_choice" expected strings without lone surrogates'],
    [
      { structured_outputs: { structural_tag: { format: { type: "tag" } } } },
      "structured_outputs",
      '"structured_outputs" at /format',
    ],
    [
      { structured_outputs: { whitespace_pattern: " ", json: {} } },
      "structured_outputs.whitespace_pattern",
      "one line",
    ],
    [
      { structured_outputs: { disable_any_whitespace: false, json: {} } },
      "structured_outputs.disable_any_whitespace",
      "",
    ],
    [{ response_format: { type: "json_object", triggers: ["a"] } }, "response_format.triggers", "nothing beside type"],
    [
      { response_format: { type: "json_schema", json_schema: { schema: { $ref: "https://example.org/a" } } } },
      "response_format",
      'got "$ref" at ""',
    ],
    [{ response_format: { type: "json_schema" } }, "response_format.json_schema", "is missing"],
    [{ response_format: { type: "xml" } }, "response_format.type", "json_object"],
    [{ structured_outputs: {} }, "structured_outputs", "one of json, regex, choice, grammar,"],
    [{ guided_json: schema, ignore_eos: true }, "ignore_eos", "expected false"],
  ])("is refused: case %#", async (body, param, part) => {
    const answer = await answerTo(server, "/v1/completions", { ...seeded, ...body });
    expect(answer.status).toBe(400);
    expect(answer.body["error"]).toMatchObject({ param, message: expect.stringContaining(part) as string });
  });
});
