/** What the server answers, in JSON. */
import { component, type Described } from "./operation.ts";
import { count, list, map, one, orNull, real, shape, text } from "./shapes.ts";

const finish = orNull(one("stop", "length"));
const head = (object: string): Record<string, Described> => ({
  id: text,
  object: one(object),
  created: count,
  model: text,
});
const usage = { usage: component("Usage") };
const choiceEnd: Record<string, Described> = {
  finish_reason: finish,
  "stop_reason?": { anyOf: [{ type: "string" }, { type: "integer" }, { type: "null" }] },
  "token_ids?": list(count),
  "sampling_mask?": list(orNull(list(count))),
  "sampling_logprobs?": list(real),
};
const promptLogprobs = { "prompt_logprobs?": list(orNull(map(component("PromptLogprob")))) };
const chatLogprobs = { logprobs: orNull(component("ChatLogprobs")) };
const chatToken: Record<string, Described> = { token: text, logprob: real, bytes: orNull(list(count)) };

export const answerSchemas: Readonly<Record<string, Described>> = {
  Error: shape({
    error: shape({
      message: { type: "string", description: "Name, expectation, value." },
      type: one("invalid_request_error", "rate_limit_error", "server_error"),
      param: { ...orNull(text), description: "The field that is wrong, as the client spelled it." },
      code: { ...orNull(text), description: "A word for programs." },
    }),
  }),
  Usage: shape({ prompt_tokens: count, completion_tokens: count, total_tokens: count }),
  PromptLogprob: shape({ logprob: real, rank: count, decoded_token: text }),
  CompletionLogprobs: shape({
    tokens: list(text),
    token_logprobs: list(orNull(real)),
    top_logprobs: list(orNull(map(real))),
    text_offset: list(count),
  }),
  CompletionChoice: shape({
    index: count,
    text,
    logprobs: orNull(component("CompletionLogprobs")),
    ...choiceEnd,
    ...promptLogprobs,
  }),
  Completion: shape({ ...head("text_completion"), choices: list(component("CompletionChoice")), ...usage }),
  CompletionChunk: shape(
    { ...head("text_completion"), choices: list(component("CompletionChoice")), "usage?": orNull(component("Usage")) },
    "The data of an event of a stream.",
  ),
  ChatLogprobs: shape({
    content: orNull(list(shape({ ...chatToken, top_logprobs: list(shape(chatToken)) }))),
    refusal: { type: "null" },
  }),
  ChatChoice: shape({
    index: count,
    message: shape({ role: one("assistant"), content: orNull(text), "refusal?": orNull(text) }),
    ...chatLogprobs,
    ...choiceEnd,
  }),
  ChatCompletion: shape({
    ...head("chat.completion"),
    choices: list(component("ChatChoice")),
    ...usage,
    ...promptLogprobs,
  }),
  ChatCompletionChunk: shape(
    {
      ...head("chat.completion.chunk"),
      choices: list(
        shape({
          index: count,
          delta: shape({ "role?": one("assistant"), "content?": orNull(text) }),
          ...chatLogprobs,
          ...choiceEnd,
        }),
      ),
      "usage?": orNull(component("Usage")),
    },
    "The data of an event of a stream.",
  ),
  Model: shape({
    id: text,
    object: one("model"),
    created: count,
    owned_by: text,
    max_model_len: count,
    vocab_size: count,
  }),
  ModelList: shape({ object: one("list"), data: list(component("Model")) }),
  About: shape({
    name: text,
    version: text,
    model: text,
    documentation: text,
    openapi: text,
    models: text,
    health: text,
    ready: text,
    metrics: text,
  }),
};
