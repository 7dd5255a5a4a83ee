/** Sampling parameters of parts of an output, over HTTP. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chatOf, chats, completions, errorOf, seeded, textIn } from "./testing/requests.ts";
import { answerTo, startServer, type TestServer } from "./testing/testServer.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ structuredOutput: true });
});
afterAll(() => server.close());

const letters = { ...seeded, max_tokens: 12, allowed_token_ids: [0, 1, 2] };
const chat = chatOf(letters);

describe.each([
  [completions, letters],
  [chats, chat],
])("%s", (path, body) => {
  it.each([
    [
      "from a place, under other engines' names and with nulls",
      { phases: [{ from: 4, params: { allowed_token_ids: [3, 4], temp: 0.5, top_p: null } }] },
      /^[abc]{4}[de]{8}$/,
    ],
    [
      "from text and ids",
      {
        phases: [
          { from: { text: "a" }, params: { allowedTokenIds: [3, 4] } },
          { from: { token_ids: [4] }, params: { allowed_token_ids: [5] } },
          { from: { tokenIds: [5] }, params: {} },
        ],
      },
      /^([bc]*ad*ef)*[bc]*(a?|ad*|ad*e)$/,
    ],
    [
      "of thinking and behind it",
      {
        thinking: { is_open: true, ends: ["d"] },
        phases: [
          { from: "thinking", params: { logit_bias: { 3: 3 }, allowed_token_ids: [0, 3] } },
          { from: "answer", params: { allowed_token_ids: [6] } },
        ],
      },
      /^a*(dg*)?$/,
    ],
    [
      "behind thinking, as vLLM has it",
      {
        thinking_token_budget: 3,
        thinking: { is_open: true, ends: ["xy"] },
        post_thinking: { temperature: 0, allowed_token_ids: [6] },
      },
      /^[abc]{3}xyg{7}$/,
    ],
    [
      "with sequences that are texts",
      { phases: [{ from: 2, params: { allowed_token_ids: [3, 4], bad_words: ["d"] } }] },
      /^[abc]{2}e{10}$/,
    ],
  ])("%s", async (_, fields, expected) => {
    const { body: answer } = await answerTo(server, path, { ...body, ...fields });
    expect(errorOf(answer)).toBeUndefined();
    expect(textIn(answer)).toMatch(expected);
  });

  it.each([
    [{ phases: [{ from: 1 }] }, "phases[0].params", '"phases[0].params" is missing'],
    [{ phases: {} }, "phases", '"phases" expected array of at most 16 phases, got an object'],
    [{ phases: [{ from: "end", params: {} }] }, "phases[0].from", '"phases[0].from" expected "thinking", "answer"'],
    [{ phases: [{ from: 1, params: { top_p: 2 } }] }, "phases[0].params.top_p", "expected number in (0, 1], got 2"],
    [{ phases: [{ from: 1, params: { seed: 2 } }] }, "phases[0].params.seed", 'unknown field "phases[0].params.seed"'],
    [
      { phases: [{ from: 1, params: { allowed_token_ids: [999] } }] },
      "phases[0].params.allowed_token_ids[0]",
      '"phases[0].params.allowed_token_ids[0]" expected token id in [0, ',
    ],
    [{ post_thinking: { topp: 2 } }, "post_thinking.topp", 'unknown field "post_thinking.topp", did you mean "topP"?'],
    [
      { post_thinking: {}, phases: [] },
      "post_thinking",
      '"post_thinking" expected nothing beside "phases": it is a phase from "answer"',
    ],
    [
      { phases: [{ from: 1, params: {} }], thinking: {} },
      "thinking",
      '"thinking" expected "thinking_token_budget" or a form of the output beside it, or "phases" from',
    ],
  ])("refuses %j", async (fields, param, message) => {
    const { status, body: answer } = await answerTo(server, path, { ...body, ...fields });
    const error = errorOf(answer);
    expect(error["message"]).toContain(message);
    expect(error["param"]).toBe(param);
    expect(status).toBe(400);
  });
});
