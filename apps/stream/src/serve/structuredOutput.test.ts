/** Outputs held to JSON schemas, grammars and choices, by every field that asks for one. */
import { createSyntheticSource, loadR50kTokenizer } from "@tokenmill/sources";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answerTo, startServer, type TestServer } from "../testing/serve/testServer.ts";

let server: TestServer;
beforeAll(async () => {
  const tokenizer = await loadR50kTokenizer();
  const { vocabSize } = tokenizer;
  const source = createSyntheticSource({ kind: "flat", vocabSize, tokenizer, distinctRows: 4 });
  server = await startServer({ source, structuredOutput: true, slots: 8 });
});
afterAll(() => server.close());

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
    const choices = ['say "é"', "line\nbreak", "back\\slash"];
    const texts = await Promise.all(
      Array.from({ length: 20 }, (_, sequence_id) => textOf({ guided_choice: choices, sequence_id })),
    );
    expect(new Set(texts)).toEqual(new Set(choices));
  });
});

describe("a form that makes no sense", () => {
  it.each([
    [{ guided_json: schema, grammar: "root ::= a" }, "grammar", "beside"],
    [{ guided_grammar: "toor ::= 1" }, "guided_grammar", "an EBNF grammar that XGrammar can follow"],
    [
      { response_format: { type: "json_schema", json_schema: { schema: { not: {} } } } },
      "response_format",
      "not enforced",
    ],
    [{ response_format: { type: "json_schema" } }, "response_format.json_schema", "is missing"],
    [{ response_format: { type: "xml" } }, "response_format.type", "json_object"],
    [{ structured_outputs: {} }, "structured_outputs", "one of json, choice and grammar"],
    [{ guided_json: schema, ignore_eos: true }, "ignore_eos", "expected false"],
  ])("is refused: %j", async (body, param, part) => {
    const answer = await answerTo(server, "/v1/completions", { ...seeded, ...body });
    expect(answer.status).toBe(400);
    expect(answer.body["error"]).toMatchObject({ param, message: expect.stringContaining(part) as string });
  });
});
