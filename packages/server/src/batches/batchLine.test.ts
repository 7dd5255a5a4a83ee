import { describe, expect, it } from "vitest";
import { answerLine, errorLine, LineError, readRequest, readResult, resultId } from "./batchLine.ts";

const settings = { seed: "7", createdSeconds: 0 };
const line = { custom_id: "a", method: "POST", url: "/v1/completions", body: { prompt: "x" } };
const read = (text: string | null, number = 0, path?: string) =>
  readRequest({ number, text }, { ...settings, ...(path !== undefined && { path }) });
const seedAt = (number: number, seed = "7"): unknown =>
  (JSON.parse(readRequest({ number, text: JSON.stringify(line) }, { ...settings, seed }).body) as { seed: unknown })
    .seed;

describe("a request without a seed", () => {
  it("gets one of its own, which follows from the batch's seed and its number", () => {
    expect(seedAt(0)).toBe(seedAt(0));
    expect(new Set([seedAt(0), seedAt(1), seedAt(2), seedAt(0, "8")]).size).toBe(4);
    expect(Number.isSafeInteger(seedAt(3))).toBe(true);
  });
});

describe("a body", () => {
  const bodyOf = (body: string): string => read(`{"custom_id":"body","url":"/v1/completions","body":${body}}`).body;

  it.each([
    '{"seed":18446744073709551615,"sequence_id":9007199254740993}',
    '{"sampler_seed":9007199254740993}',
    '{"seed":1e999,"temperature":1e999}',
    '{"seed":1.5}',
    '{"seed":1e20}',
    '{ "prompt": "\\"body\\":{}}", "logit_bias": {"1": -1e0}, "seed" : "7" }',
  ])("with a seed is sent as it is written: %s", (body) => expect(bodyOf(body)).toBe(body));

  it.each([
    ["{}", "seed"],
    ['{"prompt":[1,2],"seed":null,"sampler_seed":null}', "seed"],
    ['{"seed":-1}', "seed"],
    ['{"sampler_seed":"-1"}', "sampler_seed"],
  ])("whose seed may be any gets one, under the name that it has: %s", (body, name) => {
    const given: unknown = { ...JSON.parse(body), [name]: seedAt(0) };
    expect(JSON.parse(bodyOf(body))).toEqual(given);
  });
});

describe("a line", () => {
  it("may leave its method out", () => {
    const { method: _, ...rest } = line;
    expect(read(JSON.stringify(rest))).toMatchObject({ customId: "a", path: "/v1/completions" });
  });

  it.each<[string, unknown, string | null, RegExp, (string | undefined)?, string?]>([
    ["bytes that are not UTF-8", null, null, /^the line expected UTF-8, got other bytes$/, "invalid_json_line"],
    ["no JSON", "{", null, /^the line expected JSON: /, "invalid_json_line"],
    ["no object", [1], null, /^the line expected a JSON object, got an array of 1$/, "invalid_json_line"],
    ["no custom_id", { ...line, custom_id: 1 }, null, /^"custom_id" expected string, got 1$/, undefined, "custom_id"],
    [
      "a field that lines do not have",
      { ...line, metod: "POST" },
      "a",
      /^unknown field "metod", did you mean "method"\?$/,
      "unknown_parameter",
      "metod",
    ],
    ["another method", { ...line, method: "GET" }, "a", /^"method" expected "POST", got "GET"$/],
    [
      "a path that batches do not have",
      { ...line, url: "/v1/sample" },
      "a",
      /^"url" expected .*, got "\/v1\/sample"$/,
      "url_mismatch",
    ],
    ["no body", { ...line, body: [] }, "a", /^"body" expected a JSON object, got an array of 0$/],
    ["a stream", { ...line, body: { prompt: "x", stream: true } }, "a", /^"body.stream" expected false, got true$/],
  ])("with %s is none", (_, value, customId, message, code = "invalid_request", param) => {
    const text = value === null || value === "{" ? value : JSON.stringify(value);
    const error = (() => {
      try {
        return read(text);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(LineError);
    expect(error).toMatchObject({ customId, code, ...(param !== undefined && { param }) });
    expect((error as LineError).message).toMatch(message);
  });

  it("of a batch of one path names that", () => {
    const text = JSON.stringify(line);
    expect(read(text, 0, "/v1/completions").path).toBe("/v1/completions");
    expect(() => read(text, 0, "/v1/chat/completions")).toThrow(
      '"url" expected /v1/chat/completions, got "/v1/completions"',
    );
  });
});

it("a result says whether it failed and how many tokens it has", () => {
  const id = resultId({ number: 0, text: "{}" });
  expect(resultId({ number: 1, text: "{}" })).not.toBe(id);
  const body = JSON.stringify({ usage: { completion_tokens: 12 } });
  expect(readResult(answerLine(id, 'a,"response":{"status_code":500,', 200, body))).toEqual({
    isFailed: false,
    tokens: 12,
  });
  expect(readResult(answerLine(id, "a", 400, "{}"))).toEqual({ isFailed: true, tokens: 0 });
  const lost = errorLine({ number: 3, text: "{" }, new LineError("server_error", "lost"));
  expect(readResult(lost)).toEqual({ isFailed: true, tokens: 0 });
  expect(JSON.parse(lost)).toMatchObject({ error: { code: "server_error", message: "lost", param: null, line: 4 } });
});
