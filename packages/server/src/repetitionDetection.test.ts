/** Outputs that go round in a loop, over HTTP. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chatOf, chats, completions, errorOf, seeded, textIn } from "./testing/requests.ts";
import { answerTo, offline, parseSse, post, startServer, type TestServer } from "./testing/testServer.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const loop = { ...seeded, allowed_token_ids: [0] };
const thrice = { max_pattern_size: 2, min_count: 3 };
const chat = chatOf(loop);
const loopEnd = { finish_reason: "stop", stop_reason: "repetition_detected" };

describe.each([
  [completions, loop],
  [chats, chat],
])("%s", (path, body) => {
  it.each([
    ["ends a loop", { repetition_detection: thrice }, 3, loopEnd],
    [
      "ends a larger loop",
      { repetitionDetection: { ...thrice, minPatternSize: 2, minCount: 4, min_count: undefined } },
      12,
      null,
    ],
    ["takes 0 for 1", { repetition_detection: { ...thrice, min_pattern_size: 0 } }, 3, loopEnd],
    ["takes 0 for off", { repetition_detection: { max_pattern_size: 0 } }, 12, null],
    ["says nothing of a stop string", { repetition_detection: thrice, include_stop_str_in_output: true }, 3, loopEnd],
  ])("%s", async (_, field, tokens, end) => {
    const { body: answer } = await answerTo(server, path, { ...body, ...field });
    const ending = end ?? { finish_reason: "length", stop_reason: null };
    expect(answer).toMatchObject({ choices: [ending], usage: { completion_tokens: tokens } });
    expect(textIn(answer)).not.toContain("repetition");
  });

  it("tells of it in a stream", async () => {
    const response = await post(server, path, { ...body, stream: true, repetition_detection: thrice });
    const chunks = parseSse(await response.text()).map(({ data }) => data);
    expect(chunks.at(-1)).toBe("[DONE]");
    expect(JSON.parse(chunks.at(-2)!)).toMatchObject({ choices: [loopEnd] });
  });

  it.each([
    [{ max_pattern_size: 4 }, "repetition_detection.min_count", "integer in [2, 16777216], got undefined"],
    [{ ...thrice, min_pattern_size: 3 }, "repetition_detection.min_pattern_size", "integer in [1, 2], got 3"],
    [{ ...thrice, max_pattern_size: 2000 }, "repetition_detection.max_pattern_size", "integer in [0, 1024], got 2000"],
  ])("refuses %j", async (repetition_detection, param, expected) => {
    const { status, body: answer } = await answerTo(server, path, { ...body, repetition_detection });
    expect(status).toBe(400);
    expect(errorOf(answer)).toMatchObject({ param, message: `"${param}" expected ${expected}` });
  });
});

it("is an end of its own in the library's events", async () => {
  const events = await offline(server, {
    prompt: "ab",
    maxTokens: 12,
    allowedTokenIds: [0],
    repetitionDetection: { maxPatternSize: 2, minCount: 3 },
  });
  expect(events.at(-1)).toMatchObject({ finishReason: "repetition", usage: { completionTokens: 3 } });
});
