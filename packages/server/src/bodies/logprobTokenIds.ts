/** vLLM's `logprob_token_ids`: the tokens whose log-probabilities are sent instead of those of the most probable ones. */
import { ApiError } from "../errors/apiError.ts";
import { type BodyFields, numbersIn } from "./bodyFields.ts";
import type { JsonSchema } from "./jsonSchema.ts";

/** In one request. */
export const mostLogprobTokenIds = 128;

const expected = `array of at most ${mostLogprobTokenIds} distinct token ids`;

export const logprobTokenIdsField: JsonSchema = {
  type: "array",
  items: { type: "integer", minimum: 0, "x-expected": "token id" },
  maxItems: mostLogprobTokenIds,
  description: `Send the log-probabilities of these tokens, in this order, instead of those of the most probable ones. ${expected}; needs log-probabilities: true in chats, their number in completions.`,
  "x-expected": expected,
};

/** Undefined: none are named. */
export function logprobTokenIdsOf(fields: BodyFields): readonly number[] | undefined {
  const tokenIds = numbersIn(fields.value("logprobTokenIds"));
  return tokenIds.length > 0 ? tokenIds : undefined;
}

/** @param logprobs what `logprobs` expected beside them @throws ApiError */
export function refuseWithoutLogprobs(fields: BodyFields, logprobs: string): never {
  const param = fields.spelling("logprobTokenIds") ?? "logprob_token_ids";
  throw new ApiError(400, `"${param}" expected "logprobs": ${logprobs}`, { param });
}
