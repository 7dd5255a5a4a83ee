/** What bodies of completions and of chats have in common, decoded. */
import { type GrammarForm, grammarForms, type SamplingParams } from "@tokenmill/core";
import { ApiError } from "../errors/apiError.ts";
import type { ClientName } from "../errors/toApiError.ts";
import type { BodyFields } from "./bodyFields.ts";
import type { EndpointFields } from "./commonFields.ts";
import { snakeCase } from "./fieldNames.ts";
import { logprobTokenIdsOf } from "./logprobTokenIds.ts";
import { type BodyPhase, phasesOf } from "./phases.ts";
import { int64Of, samplingParamsOf, type TextSequences, textSequencesOf } from "./samplingFields.ts";
import { type SequenceRules, sequenceRulesOf } from "./sequenceRules.ts";
import { type StreamUsage, streamUsageOf } from "./streamOptions.ts";
import { type StructuredOutput, structuredOutputOf } from "./structuredOutput.ts";

export interface CommonBody {
  readonly model: string | undefined;
  readonly params: SamplingParams;
  /** Parameters whose token sequences are texts in part, which stand for their tokens. */
  readonly textSequences: TextSequences;
  readonly maxTokens: number | undefined;
  /** Where `maxTokens` is absent. */
  readonly defaultMaxTokens: number;
  /** Outputs for each prompt. */
  readonly n: number;
  readonly stop: readonly string[];
  readonly stopRegex: readonly string[];
  readonly stream: boolean;
  readonly streamUsage: StreamUsage;
  readonly ignoreEos: boolean | undefined;
  readonly rules: SequenceRules;
  readonly phases: readonly BodyPhase[];
  readonly parseSpecial: boolean;
  /** The text that ended the output stays in it. */
  readonly keepsStop: boolean;
  readonly promptLogprobs: number | undefined;
  readonly hasTokenIds: boolean;
  /** Which random stream the first output draws from: others may be open with the same. */
  readonly randomStreamId: bigint | undefined;
  readonly structured: StructuredOutput | undefined;
  /** The client's spelling of an engine parameter. */
  readonly clientName: ClientName;
}

/** @throws ApiError */
export function decodeCommon(
  fields: BodyFields,
  { defaultMaxTokens, parsesSpecial }: Pick<EndpointFields, "defaultMaxTokens" | "parsesSpecial">,
): CommonBody {
  const structured = structuredOutputOf(fields.raw);
  const stream = fields.flag("stream") === true;
  const logprobTokenIds = logprobTokenIdsOf(fields);
  return {
    model: fields.text("model"),
    params: { ...samplingParamsOf(fields.raw), ...(logprobTokenIds && { logprobTokenIds }) },
    textSequences: textSequencesOf(fields),
    maxTokens: maxTokensOf(fields),
    defaultMaxTokens,
    n: fields.number("n") ?? 1,
    stop: fields.texts("stop"),
    stopRegex: fields.texts("stopRegex"),
    stream,
    streamUsage: streamUsageOf(fields.record("stream_options"), stream),
    ignoreEos: fields.flag("ignoreEos"),
    rules: sequenceRulesOf(fields),
    phases: phasesOf(fields),
    parseSpecial: fields.flag("parseSpecial") ?? parsesSpecial,
    keepsStop: fields.flag("include_stop_str_in_output") === true,
    promptLogprobs: promptLogprobsOf(fields, stream),
    hasTokenIds: fields.flag("return_token_ids") === true,
    randomStreamId: streamIdOf(fields),
    structured,
    clientName: clientNameIn(fields, structured),
  };
}

function clientNameIn(fields: BodyFields, structured: StructuredOutput | undefined): ClientName {
  const isGiven = (name: string): boolean => fields.raw[name] !== undefined;
  const isForm = (name: string): name is GrammarForm => grammarForms.some((form) => form === name);
  return (name) => {
    if (isForm(name)) return structured?.param;
    if (name === "maxTokens" && isGiven("max_completion_tokens")) return "max_completion_tokens";
    if (name === "promptLogprobs") return isGiven("prompt_logprobs") ? "prompt_logprobs" : "logprobs";
    if (name === "phases" && isGiven("post_thinking")) return "post_thinking";
    if (name === "logprobs" && isGiven("top_logprobs")) return "top_logprobs";
    return fields.spelling(name) ?? snakeCase(name);
  };
}

/** @throws ApiError if it is given twice, and differs. */
function maxTokensOf(fields: BodyFields): number | undefined {
  const maxTokens = fields.number("maxTokens");
  const completion = fields.number("max_completion_tokens");
  if (maxTokens !== undefined && completion !== undefined && maxTokens !== completion) {
    const name = fields.spelling("maxTokens") ?? "max_tokens";
    throw new ApiError(400, `"${name}" and "max_completion_tokens" are the same: give one`, { param: name });
  }
  return maxTokens ?? completion;
}

/** @throws ApiError beside `stream`, whose chunks have no place for them. */
function promptLogprobsOf(fields: BodyFields, stream: boolean): number | undefined {
  const promptLogprobs = fields.number("prompt_logprobs");
  if (promptLogprobs === undefined || !stream) return promptLogprobs;
  const message = '"prompt_logprobs" expected no stream: use echo with logprobs, whose first chunk has them';
  throw new ApiError(400, message, { param: "prompt_logprobs" });
}

function streamIdOf(fields: BodyFields): bigint | undefined {
  const given = fields.number("sequence_id") ?? fields.text("sequence_id");
  return given === undefined ? undefined : int64Of("sequence_id", given, false);
}
