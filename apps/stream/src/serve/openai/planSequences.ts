/** From a validated body to the requests of its sequences. */
import { type GenerateRequest, type GrammarForm, grammarForms, type SamplingParams } from "@tokenmill/core";
import { outputRequest } from "@tokenmill/engine";
import type { ServeContext } from "../context.ts";
import { ApiError } from "../errors/apiError.ts";
import type { ClientName } from "../errors/toApiError.ts";
import { promptIds } from "../generation/promptIds.ts";
import { fieldOf, samplingParamsOf, snakeCase, uint64Of } from "../schema/samplingFields.ts";
import type { JobSequence } from "./job.ts";
import { checkStructured, structuredOutputOf } from "./structuredOutput.ts";

export type Body = Readonly<Record<string, unknown>>;

export interface SequencePlan {
  readonly prompts: readonly (string | readonly number[])[];
  /** Sequences for each prompt. */
  readonly candidates: number;
  readonly defaultMaxTokens: number;
  /** Ends the output besides what the body says. */
  readonly extraStop?: readonly string[];
  readonly logprobs: number | undefined;
  /** Scores the prompt's tokens. */
  readonly promptLogprobs: number | undefined;
}

const mostSequences = 1024;

/** @throws ApiError; ranges of sampling parameters are checked when the sequences are opened. */
export function planSequences(context: ServeContext, body: Body, plan: SequencePlan): JobSequence[] {
  const { prompts, candidates, logprobs } = plan;
  if (prompts.length === 0)
    throw new ApiError(400, '"prompt" expected at least one prompt, got none', { param: "prompt" });
  if (prompts.length * candidates > mostSequences) {
    const message = `prompts × candidates expected at most ${mostSequences} sequences, got ${prompts.length * candidates}`;
    throw new ApiError(400, message, { param: "n" });
  }
  const params: SamplingParams = withBadWords(samplingParamsOf(body), context);
  const maxTokens = maxTokensOf(body, plan.defaultMaxTokens);
  if (maxTokens === 0 && body["echo"] !== true && plan.promptLogprobs === undefined) {
    const message = '"max_tokens" expected integer in [1, 16777216] without echo or prompt_logprobs, got 0';
    throw new ApiError(400, message, { param: "max_tokens" });
  }
  const structured = structuredOutputOf(body);
  if (structured) checkStructured(context, structured.param);
  // What has a form of its own ends by it.
  const stop = [...stopOf(body), ...((!structured && plan.extraStop) || [])];
  const ignoreEos = fieldOf(body, "ignoreEos") as boolean | undefined;
  const randomStreamId = streamIdOf(body);
  const shared: GenerateRequest = {
    ...params,
    // The prompt's scores come with the first token, which is left out if none was asked for.
    maxTokens: Math.max(1, maxTokens),
    ...(plan.promptLogprobs !== undefined && { promptLogprobs: plan.promptLogprobs }),
    ...(stop.length > 0 && { stop }),
    ...(ignoreEos !== undefined && { ignoreEos }),
    ...(logprobs !== undefined && { logprobs }),
    ...structured?.fields,
    ...(randomStreamId !== undefined && { randomStreamId }),
  };
  return prompts.flatMap((given, promptIndex) => {
    const prompt = promptIds(context, given, maxTokens);
    return Array.from({ length: candidates }, (_, candidate): JobSequence => {
      const request = outputRequest({ ...shared, prompt }, promptIndex * candidates + candidate);
      return { promptIndex, request };
    });
  });
}

/** Bad words that are texts as their tokens, at the start of a text and after a space. */
function withBadWords(params: SamplingParams, { source, model }: ServeContext): SamplingParams {
  const words = params.badWords as readonly (string | readonly number[])[] | undefined;
  if (!words?.some((word) => typeof word === "string")) return params;
  const { tokenizer } = source;
  if (!tokenizer) {
    const message = `"bad_words" expected token ids, got text: ${model} has no tokenizer`;
    throw new ApiError(400, message, { param: "bad_words" });
  }
  const badWords = words.flatMap((word) =>
    typeof word === "string" ? [tokenizer.encode(word), tokenizer.encode(` ${word.trimStart()}`)] : [word],
  );
  return { ...params, badWords };
}

/** The client's spelling of an engine parameter. */
export function clientNameIn(body: Body): ClientName {
  return (name) => {
    if (grammarForms.includes(name as GrammarForm)) return structuredOutputOf(body)?.param;
    if (name === "maxTokens" && body["max_completion_tokens"] !== undefined) return "max_completion_tokens";
    if (name === "promptLogprobs") return body["prompt_logprobs"] === undefined ? "logprobs" : "prompt_logprobs";
    if (name === "logprobs" && body["top_logprobs"] !== undefined) return "top_logprobs";
    return body[name] === undefined ? snakeCase(name) : name;
  };
}

/** Which random stream the first output draws from, if the body says so: others may be open with the same. */
function streamIdOf(body: Body): bigint | undefined {
  const given = body["sequence_id"] as number | string | undefined;
  if (given === undefined) return undefined;
  const id = uint64Of("sequence_id", given);
  if (typeof given === "number" && given < 0) {
    throw new ApiError(400, `"sequence_id" expected integer in [0, 2^64), got ${given}`, { param: "sequence_id" });
  }
  return BigInt(id);
}

/** The number asked for. @throws ApiError if it is given twice. */
export function maxTokensOf(body: Body, byDefault: number): number {
  const maxTokens = fieldOf(body, "maxTokens") as number | undefined;
  const completion = body["max_completion_tokens"] as number | undefined;
  if (maxTokens !== undefined && completion !== undefined && maxTokens !== completion) {
    throw new ApiError(400, '"max_tokens" and "max_completion_tokens" are the same: give one', { param: "max_tokens" });
  }
  return maxTokens ?? completion ?? byDefault;
}

function stopOf(body: Body): readonly string[] {
  const stop = body["stop"] as string | readonly string[] | undefined;
  if (stop === undefined) return [];
  return typeof stop === "string" ? [stop] : stop;
}
