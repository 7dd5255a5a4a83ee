/** The OpenAPI document against the specification, against the router, and against the server that it describes. */
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { invalidFor, type Schema, validFor } from "../testing/schemaSamples.ts";
import { answerTo, parseSse, post, startServer, type TestServer } from "../testing/testServer.ts";

interface Operation {
  readonly operationId: string;
  readonly security: readonly object[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { schema: Schema & { $ref?: string } }>> };
  readonly responses: Readonly<Record<string, { $ref?: string; content?: Record<string, { schema: object }> }>>;
}
interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>>; readonly responses: object };
}

let server: TestServer;
let document: Document;
beforeAll(async () => {
  server = await startServer();
  document = (await (await fetch(`${server.url}/openapi.json`)).json()) as Document;
});
afterAll(() => server.close());

const operations = (): Operation[] => Object.values(document.paths).flatMap((path) => Object.values(path));

describe("the document", () => {
  it("is valid OpenAPI 3.1, and all that it refers to is there", async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone(document) as never);
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
    expect(validator.version).toBe("3.1");
    const text = JSON.stringify(document);
    for (const [, pointer] of text.matchAll(/"\$ref":"#\/([^"]*)"/g)) {
      const found = pointer!.split("/").reduce<unknown>((at, key) => (at as Record<string, unknown>)?.[key], document);
      expect([pointer, found !== undefined]).toEqual([pointer, true]);
    }
  });

  it("describes every route of the router, and no other", () => {
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const served = server.routes
      .filter(({ operation, method }) => operation && method !== "HEAD")
      .map(({ method, url }) => `${method} ${url.replace("*", "{model}").replace(/:(\w+)/, "{$1}")}`);
    expect(described.toSorted()).toEqual(served.toSorted());
    expect(described).toEqual(expect.arrayContaining(["GET /v1/stream", "GET /v1/sample", "POST /v1/sample", "GET /"]));
  });

  it("has an id, an answer with content, errors and security for each", async () => {
    const ids = operations().map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { operationId, responses, security } of operations()) {
      const statuses = Object.keys(responses);
      const isPublic = security.length === 0;
      expect([operationId, statuses]).toEqual([operationId, expect.arrayContaining(["400", "421", "500", "default"])]);
      expect([operationId, statuses.includes("401")]).toEqual([operationId, !isPublic]);
      const answer = responses["200"] ?? responses["101"];
      expect([operationId, responses["101"] !== undefined || answer?.content !== undefined]).toEqual([
        operationId,
        true,
      ]);
    }
    const keyed = await startServer({ apiKeys: ["secret"] });
    const closed = (await (await fetch(`${keyed.url}/openapi.json`)).json()) as Document;
    await keyed.close();
    expect(closed.paths["/v1/models"]!["get"]!.security).toEqual([{ apiKey: [] }]);
    expect(document.paths["/v1/models"]!["get"]!.security).toEqual([{}, { apiKey: [] }]);
  });
});

describe("answers are what the document says", () => {
  const chat = { messages: [{ role: "user", content: "a" }], max_tokens: 3, ignore_eos: true };
  const text = { prompt: "ab", max_tokens: 3, ignore_eos: true };

  function checker(): (name: string, value: unknown) => unknown {
    const ajv = new Ajv2020({ strict: false });
    ajv.addSchema({ $id: "document", components: document.components });
    return (name, value) => {
      const validate = ajv.getSchema(`document#/components/schemas/${name}`)!;
      return validate(value) ? [] : validate.errors;
    };
  }

  it.each([
    ["Completion", "/v1/completions", text],
    ["Completion", "/v1/completions", { ...text, logprobs: 2, echo: true, return_token_ids: true }],
    ["Completion", "/v1/completions", { ...text, prompt_logprobs: 1, n: 2 }],
    ["ChatCompletion", "/v1/chat/completions", chat],
    ["ChatCompletion", "/v1/chat/completions", { ...chat, logprobs: true, top_logprobs: 2, prompt_logprobs: 1 }],
    ["Error", "/v1/completions", { top_p: 2 }],
    ["Error", "/v1/logits", { prompt: 1 }],
  ])("%s of %s with %j", async (name, path, body) => {
    const check = checker();
    expect(check(name, (await answerTo(server, path, body)).body)).toEqual([]);
  });

  it.each([
    ["CompletionChunk", "/v1/completions", { ...text, logprobs: 1, echo: true }],
    ["ChatCompletionChunk", "/v1/chat/completions", { ...chat, logprobs: true }],
  ])("%s of %s", async (name, path, body) => {
    const check = checker();
    const streamed = { ...body, stream: true, stream_options: { include_usage: true } };
    const messages = parseSse(await (await post(server, path, streamed)).text());
    for (const { data } of messages.slice(0, -1)) expect(check(name, JSON.parse(data))).toEqual([]);
  });

  it.each([
    ["About", "/"],
    ["ModelList", "/v1/models"],
    ["Model", "/v1/models/synthetic%20gaussian"],
    ["Error", "/v1/models/none"],
    ["Error", "/none"],
  ])("%s of %s", async (name, path) => {
    const check = checker();
    expect(check(name, await (await fetch(server.url + path)).json())).toEqual([]);
  });
});

/** Fields that need what this server has not, or another field beside them. */
const needing =
  /^(model|custom|response_format|guided_|structured_outputs|json_?schema|grammar|regex|choice|structural_?tag|stop_?regex|banned_?regex|banned_?n$|rewind_?count|thinking$|stream_options|stream$|prompt$|messages$|top_logprobs|best_of|mirostat|min_?(new_)?tokens|n_predict|max_|maxTokens|n$|synth_?id_?(keys|depth)|prompt_?logprobs|logprobs|logprob_?token|logit_?bias)/i;

describe.each([
  ["/v1/completions", "CompletionRequest", { prompt: "a", max_tokens: 1 }],
  ["/v1/chat/completions", "ChatCompletionRequest", { messages: [{ role: "user", content: "a" }], max_tokens: 1 }],
])("bodies of %s", (path, name, base) => {
  const fields = (): [string, Schema][] => Object.entries(document.components.schemas[name]!.properties!);
  const answer = async (field: string, value: unknown): Promise<[number, unknown]> => {
    const { status, body } = await answerTo(server, path, { ...base, [field]: value });
    return [status, (body["error"] as { param?: unknown } | undefined)?.param];
  };

  it("that the document refuses are refused, by the field's name", async () => {
    const wrong: string[] = [];
    let count = 0;
    for (const [field, schema] of fields()) {
      for (const value of invalidFor(schema)) {
        count++;
        const [status, param] = await answer(field, value);
        if (status !== 400 || !String(param).startsWith(field))
          wrong.push(`${field} ${JSON.stringify(value)}: ${status} ${String(param)}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(count).toBeGreaterThan(300);
  });

  it("that the document admits are taken: both ends of each range, each choice, and null", async () => {
    const wrong: string[] = [];
    let count = 0;
    for (const [field, schema] of fields()) {
      const values = needing.test(field) ? validFor(schema).filter((value) => value === null) : validFor(schema);
      for (const value of values) {
        count++;
        const { status, body } = await answerTo(server, path, { ...base, [field]: value });
        if (status !== 200) wrong.push(`${field} ${JSON.stringify(value)}: ${status} ${JSON.stringify(body)}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(count).toBeGreaterThan(200);
  });
});
