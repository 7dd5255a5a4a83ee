/** Bodies as their schemas admit them, decoded: every spelling of a field becomes one value. */
import { describe, expect, it } from "vitest";
import { chatBody } from "./chatBody.ts";
import { completionBody } from "./completionBody.ts";
import { logitsBody } from "./logitsBody.ts";

describe("a completion's body", () => {
  it("has all that is not asked for as its default", () => {
    expect(completionBody.decode({})).toMatchObject({
      prompts: [[]],
      candidates: 1,
      n: 1,
      stop: [],
      stream: false,
      streamUsage: { atEnd: false, inEach: false },
      defaultMaxTokens: 16,
      parseSpecial: true,
      textSequences: [],
      isEchoed: false,
    });
  });

  it.each([
    ["a", ["a"]],
    [
      ["a", "b"],
      ["a", "b"],
    ],
    [[1, 2], [[1, 2]]],
    [
      [[1], [2, 3]],
      [[1], [2, 3]],
    ],
  ])("reads the prompt %j as %j", (prompt, prompts) => {
    expect(completionBody.decode({ prompt }).prompts).toEqual(prompts);
  });

  it("reads names of other engines and other spellings as the engine's", () => {
    const { params, maxTokens, stop, randomStreamId, textSequences, clientName } = completionBody.decode({
      n_predict: 5,
      rep_pen: 1.2,
      topK: -1,
      seed: "-3",
      stop: "x",
      sequence_id: "18446744073709551615",
      bad_words: ["no", [4, 5], 6],
    });
    expect({ maxTokens, stop, randomStreamId }).toEqual({ maxTokens: 5, stop: ["x"], randomStreamId: 2n ** 64n - 1n });
    expect(params).toMatchObject({ repetitionPenalty: 1.2, topK: 0, seed: 2n ** 64n - 3n });
    expect(textSequences).toEqual([{ name: "badWords", sequences: ["no", [4, 5], 6] }]);
    expect(["maxTokens", "repetitionPenalty", "minP"].map(clientName)).toEqual(["n_predict", "rep_pen", "min_p"]);
  });

  it.each([
    [{ top_p: 0.5, topP: 0.5 }, '"topP" and "top_p" are the same: give one'],
    [{ best_of: 1, n: 2 }, '"best_of" expected n (2) or more, got 1'],
    [{ prompt: [] }, '"prompt" expected at least one prompt, got none'],
    [{ max_tokens: 0 }, '"max_tokens" expected integer in [1, 16777216] without echo or prompt_logprobs, got 0'],
    [{ stream_options: {} }, '"stream_options" expected "stream": true'],
    [
      { response_format: { type: "text", json_schema: { schema: {} } } },
      '"response_format.json_schema" expected nothing beside type "text"',
    ],
    [
      { response_format: { type: "json_schema", json_schema: { schema: {} }, triggers: [] } },
      '"response_format.triggers" expected nothing beside type "json_schema"',
    ],
    [
      { structured_outputs: { json: {}, regex: "a" } },
      '"structured_outputs" expected one of json, regex, choice, grammar, json_object and structural_tag, got json and regex',
    ],
    [
      { structured_outputs: { json_object: false } },
      '"structured_outputs" expected one of json, regex, choice, grammar, json_object and structural_tag, got none',
    ],
    [{ regex: "a", guided_choice: ["a"] }, '"regex" expected nothing beside "guided_choice": an output has one form'],
  ])("%j contradicts itself", (raw, message) => {
    expect(() => completionBody.decode(raw)).toThrow(message);
  });
});

describe("a chat's body", () => {
  it("has its messages as text, and log-probabilities only where both fields ask for them", () => {
    const messages = [
      {
        role: "user",
        content: [
          { type: "text", text: "a" },
          { type: "text", text: "b" },
        ],
      },
      { role: "assistant" },
    ];
    const body = chatBody.decode({ messages, logprobs: true, top_logprobs: 3 });
    expect(body.messages).toEqual([
      { role: "user", content: "ab" },
      { role: "assistant", content: "" },
    ]);
    expect([body.logprobs, chatBody.decode({ messages, logprobs: true }).logprobs]).toEqual([3, 0]);
    expect(chatBody.decode({ messages }).logprobs).toBeUndefined();
    expect(() => chatBody.decode({ messages, top_logprobs: 1 })).toThrow('"top_logprobs" expected "logprobs": true');
    expect(() => chatBody.decode({ messages: [{ role: "user" }] })).toThrow('"messages[0].content" is missing');
  });
});

it("a body of logits is text or token ids", () => {
  expect(logitsBody.decode({ prompt: "a", parse_special: false })).toEqual({ prompt: "a", parseSpecial: false });
  expect(logitsBody.decode({})).toEqual({ prompt: [], parseSpecial: true });
});
