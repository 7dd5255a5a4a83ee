/** Body of `POST /v1/chat/completions`. */
import { boolean, integer, type JsonSchema, object, string } from "./jsonSchema.ts";
import { commonFields, type EndpointFields, mostLogprobs } from "./commonFields.ts";

const textPart: JsonSchema = object(
  {
    type: { type: "string", enum: ["text"], "x-expected": '"text", as the models here read text only' },
    text: string("The text."),
  },
  ["type", "text"],
);

const nothingBut = (expected: string, reason: string): string => `null or ${expected}, as ${reason}`;
const noTools = "the models here call no tools";
const noReasoning = "the models here do not reason";

/** A text that asks for nothing. */
function emptyText(description: string, reason: string): JsonSchema {
  return { type: "string", enum: [""], description, "x-expected": nothingBut('""', reason) };
}

function emptyList(description: string, reason: string): JsonSchema {
  return { type: "array", maxItems: 0, description, "x-expected": nothingBut("[]", reason) };
}

function emptyObject(description: string, reason: string): JsonSchema {
  return { type: "object", maxProperties: 0, description, "x-expected": nothingBut("{}", reason) };
}

/** What servers put into their own messages, which come back in the next turn: as long as it says nothing. */
const answered: Readonly<Record<string, JsonSchema>> = {
  refusal: emptyText("Only empty.", "the models here refuse nothing"),
  annotations: emptyList("Only empty.", "the models here cite nothing"),
  audio: emptyObject("Only empty.", "the models here read and write text only"),
  tool_calls: emptyList("Only empty.", noTools),
  function_call: emptyObject("Only empty.", noTools),
  reasoning_content: emptyText("Only empty.", noReasoning),
  reasoning: emptyText("Only empty.", noReasoning),
  parsed: { description: "Has no effect: what the client read in content.", "x-expected": "anything" },
};

export const chatRoles = ["developer", "system", "user", "assistant"] as const;

const message: JsonSchema = object(
  {
    role: {
      type: "string",
      enum: chatRoles,
      "x-expected": '"developer", "system", "user" or "assistant"',
    },
    content: {
      anyOf: [{ type: "string" }, { type: "array", items: textPart }],
      description: "Text, or parts of text; only the assistant's may be absent.",
      "x-expected": "string or array of text parts",
    },
    name: string("Who speaks; stands in the place of the role's name."),
    ...answered,
  },
  ["role"],
);

export const chatFields: EndpointFields = { leastTokens: 1, defaultMaxTokens: 256, parsesSpecial: false };

export const chatSchema: JsonSchema = object(
  {
    messages: {
      type: "array",
      items: message,
      minItems: 1,
      description: "The conversation, written out as plain text for the base model: see the docs.",
      "x-expected": "non-empty array of messages",
    },
    ...commonFields(chatFields),
    max_completion_tokens: integer("The same as max_tokens.", 1, 2 ** 24),
    logprobs: boolean("Send the log-probability of each token."),
    top_logprobs: integer("Send those of that many of the most probable tokens too; needs logprobs.", 0, mostLogprobs),
  },
  ["messages"],
);
