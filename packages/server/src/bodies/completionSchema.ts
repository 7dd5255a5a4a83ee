/** Body of `POST /v1/completions`. */
import { boolean, integer, type JsonSchema, object } from "./jsonSchema.ts";
import { commonFields, type EndpointFields, mostLogprobs } from "./commonFields.ts";
import { mostLogprobTokenIds } from "./logprobTokenIds.ts";

export const completionFields: EndpointFields = { leastTokens: 0, defaultMaxTokens: 16, parsesSpecial: true };

export const completionSchema: JsonSchema = object({
  prompt: {
    anyOf: [
      { type: "string" },
      { type: "array", items: { type: "string" } },
      { type: "array", items: { type: "integer" } },
      { type: "array", items: { type: "array", items: { type: "integer" } } },
    ],
    description: "Text, token ids, or an array of either. Absent: generation starts from nothing.",
    "x-expected": "string, array of strings, array of token ids, or array of arrays of token ids",
  },
  ...commonFields(completionFields),
  best_of: integer(
    "Generate that many outputs and answer the n with the highest mean log-probability a token; n or more, not with stream.",
    1,
    128,
  ),
  echo: boolean("Put the prompt before the output; with logprobs its tokens are scored too, and max_tokens may be 0."),
  logprobs: {
    ...integer(
      `Send the chosen token's log-probability, and those of that many of the most probable ones, at most ${mostLogprobs}; beside logprob_token_ids their number.`,
      0,
      mostLogprobTokenIds,
    ),
    "x-expected": `integer in [0, ${mostLogprobs}]`,
  },
});
