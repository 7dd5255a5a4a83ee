/** Body of `POST /v1/chat/completions`. */
import { boolean, integer, type JsonSchema, object, string } from "../schema/jsonSchema.ts";
import { commonFields } from "./commonFields.ts";

const textPart: JsonSchema = object(
  {
    type: { type: "string", enum: ["text"], "x-expected": '"text", as the models here read text only' },
    text: string("The text."),
  },
  ["type", "text"],
);

const message: JsonSchema = object(
  {
    role: {
      type: "string",
      enum: ["developer", "system", "user", "assistant"],
      "x-expected": '"developer", "system", "user" or "assistant"',
    },
    content: {
      anyOf: [{ type: "string" }, { type: "array", items: textPart }],
      description: "Text, or parts of text.",
      "x-expected": "string or array of text parts",
    },
    name: string("Who speaks; stands in the place of the role's name."),
  },
  ["role", "content"],
);

export const chatSchema: JsonSchema = object(
  {
    messages: {
      type: "array",
      items: message,
      minItems: 1,
      description: "The conversation, written out as plain text for the base model: see the docs.",
      "x-expected": "non-empty array of messages",
    },
    ...commonFields(1),
    max_completion_tokens: integer("The same as max_tokens.", 1, 2 ** 24),
    logprobs: boolean("Send the log-probability of each token."),
    top_logprobs: integer("Send those of that many of the most probable tokens too; needs logprobs.", 0),
  },
  ["messages"],
);
