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

describe("a line", () => {
  it("may leave its method out", () => {
    const { method: _, ...rest } = line;
    expect(read(JSON.stringify(rest))).toMatchObject({ customId: "a", path: "/v1/completions" });
  });

  it.each<[string, unknown, string | null]>([
    ["bytes that are not UTF-8", null, null],
    ["no JSON", "{", null],
    ["no object", [1], null],
    ["no custom_id", { ...line, custom_id: 1 }, null],
    ["another method", { ...line, method: "GET" }, "a"],
    ["a path that batches do not have", { ...line, url: "/v1/sample" }, "a"],
    ["no body", { ...line, body: [] }, "a"],
    ["a stream", { ...line, body: { prompt: "x", stream: true } }, "a"],
  ])("with %s is none", (_, value, customId) => {
    const text = value === null || value === "{" ? value : JSON.stringify(value);
    const error = (() => {
      try {
        return read(text);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(LineError);
    expect((error as LineError).customId).toBe(customId);
  });

  it("of a batch of one path names that", () => {
    const text = JSON.stringify(line);
    expect(read(text, 0, "/v1/completions").path).toBe("/v1/completions");
    expect(() => read(text, 0, "/v1/chat/completions")).toThrow('"url" expected /v1/chat/completions');
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
  expect(readResult(errorLine(id, null, "server_error", "lost"))).toEqual({ isFailed: true, tokens: 0 });
});
