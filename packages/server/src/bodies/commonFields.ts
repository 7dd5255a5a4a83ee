/** Fields that completions and chat completions share. */
import { bigInteger, boolean, integer, type JsonSchema, string } from "./jsonSchema.ts";
import { structuredFields } from "./structuredOutput.ts";
import { streamOptionsField } from "./streamOptions.ts";
import { namedFields } from "./fieldNames.ts";
import { logprobTokenIdsField } from "./logprobTokenIds.ts";
import { phaseFields } from "./phases.ts";
import { samplingFields } from "./samplingFields.ts";
import { ruleFields } from "./sequenceRules.ts";

const stop: JsonSchema = {
  anyOf: [{ type: "string" }, { type: "array", items: { type: "string" } }],
  description: "Text that ends the output; it is not part of it. At most 64 strings.",
  "x-expected": "string or array of strings",
};

const stopRegex: JsonSchema = {
  anyOf: [{ type: "string" }, { type: "array", items: { type: "string" } }],
  description:
    "Regular expressions (flag u) whose match ends the output where it is complete first; it is not part of it. At most 64; one has no more than 64 KiB of text.",
  "x-expected": "string or array of strings",
};

/** Sent by OpenAI clients; they say nothing about the tokens, so they have no effect here. */
const bookkeeping: Readonly<Record<string, JsonSchema>> = {
  user: string("Has no effect: the server keeps no accounts."),
  safety_identifier: string("Has no effect: the server keeps no accounts."),
  prompt_cache_key: string("Has no effect: there is no prompt cache."),
  prompt_cache_retention: string("Has no effect: there is no prompt cache."),
  cache_salt: string("Has no effect: there is no prompt cache."),
  metadata: { type: "object", description: "Has no effect: nothing is stored.", "x-expected": "an object" },
  store: {
    type: "boolean",
    enum: [false],
    description: "Only false: nothing is stored.",
    "x-expected": "false, as this server stores nothing",
  },
  service_tier: {
    type: "string",
    enum: ["auto", "default"],
    description: "There is one tier.",
    "x-expected": '"auto" or "default", as there is one tier',
  },
};

/** Tokens whose log-probabilities come beside a chosen one's. */
export const mostLogprobs = 20;
/** Tokens of a sampling mask. */
export const mostMaskedTokens = 2048;

export interface EndpointFields {
  /** That an output may have. */
  readonly leastTokens: number;
  readonly defaultMaxTokens: number;
  /** Whether the names of special tokens in its texts are read as these tokens unless the body says otherwise. */
  readonly parsesSpecial: boolean;
}

export function commonFields({
  leastTokens,
  defaultMaxTokens,
  parsesSpecial,
}: EndpointFields): Record<string, JsonSchema> {
  const absentMaxTokens = `Absent: ${defaultMaxTokens}, or what the context leaves if that is less.`;
  const specialText = `Read the names of special tokens in the text (<|endoftext|>) as these tokens. Absent: ${parsesSpecial}.`;
  return {
    model: string("One of /v1/models. Absent: the only one."),
    ...namedFields("maxTokens", integer(`Most tokens of an output. ${absentMaxTokens}`, leastTokens, 2 ** 24)),
    ...namedFields(
      "n",
      integer("Outputs for each prompt. Those of a request with a seed have random streams of their own.", 1, 128),
    ),
    ...namedFields("stop", stop),
    ...namedFields("stopRegex", stopRegex),
    stream: boolean("Send the output as server-sent events while it is generated."),
    stream_options: streamOptionsField,
    ...namedFields("ignoreEos", boolean("Go on after end of text.")),
    ...ruleFields,
    ...phaseFields,
    ...namedFields("parseSpecial", boolean(specialText)),
    include_stop_str_in_output: boolean("Leave the stop string, or what matched of stop_regex, in the output."),
    prompt_logprobs: integer(
      "Score the prompt: send each token's log-probability and rank, and those of that many of the most probable ones in its place; not with stream.",
      0,
      mostLogprobs,
    ),
    ...namedFields("logprobTokenIds", logprobTokenIdsField),
    return_token_ids: boolean("Send the ids of the output's tokens with it, as token_ids."),
    sequence_id: bigInteger(
      "Draw as the sequence of that id would with the same seed; further outputs count up from it. Absent: 0 if there is a seed, else an id of its own.",
      "^\\d{1,20}$",
      "integer in [0, 2^64), a number or a decimal string",
    ),
    ...samplingFields(),
    ...structuredFields,
    ...bookkeeping,
  };
}
