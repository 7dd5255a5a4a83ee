/** Thinking budgets and forced tokens, over HTTP. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chatOf, chats, completions, errorOf, seeded, textIn } from "./testing/requests.ts";
import { answerTo, startServer, type TestServer } from "./testing/testServer.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ structuredOutput: true });
});
afterAll(() => server.close());

const letters = { ...seeded, max_tokens: 20, allowed_token_ids: [0, 1, 2], return_token_ids: true };
const chat = chatOf(letters);

describe.each([
  [completions, letters],
  [chats, chat],
])("%s", (path, body) => {
  it.each([
    [
      "ends thinking",
      { thinking_token_budget: 3, thinking: { is_open: true, ends: ["xyz"] } },
      /^[abc]{3}xyz[abc]{14}$/,
    ],
    [
      "with a message, and again",
      { thinkingTokenBudget: 1, thinking: { start: "a", ends: [[3, 4]], forced_end: "xde", isOpen: false } },
      /^([bc]*a[abc]xde)*[bc]*(a|a[abc]|a[abc]x|a[abc]xd)?$/,
    ],
    ["forces tokens", { forced_token_ids: [4, 5, 4], forced_eos_token_id: 6 }, /^efe[abc]{16}g$/],
    [
      "a form begins behind it",
      {
        thinking: { is_open: true, ends: ["cc"] },
        max_tokens: 300,
        regex: "a{5}",
        ignore_eos: false,
        allowed_token_ids: undefined,
        logit_bias: { 2: 5 },
      },
      /cca{5}$/,
    ],
  ])("%s", async (_, fields, expected) => {
    const { body: answer } = await answerTo(server, path, { ...body, ...fields });
    expect(errorOf(answer)).toBeUndefined();
    expect(textIn(answer)).toMatch(expected);
  });

  it.each([
    [
      { thinking: { is_open: true } },
      "thinking",
      '"thinking" expected "thinking_token_budget" or a form of the output',
    ],
    [{ thinking_token_budget: -2 }, "thinking_token_budget", "expected integer in [-1, 16777216], got -2"],
    [{ thinking_token_budget: 1, thinking: { end: "x" } }, "thinking", "end"],
    [{ forced_token_ids: [99] }, "forced_token_ids", '"forced_token_ids[0]" expected token id in [0, '],
  ])("refuses %j", async (fields, param, message) => {
    const { status, body: answer } = await answerTo(server, path, { ...body, ...fields });
    const error = errorOf(answer);
    expect(error["message"]).toContain(message);
    expect(error["param"]).toContain(param);
    expect(status).toBe(400);
  });
});
