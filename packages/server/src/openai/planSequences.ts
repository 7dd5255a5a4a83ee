/** From a validated body to the requests of its sequences. */
import { type GenerateRequest, type GrammarForm, grammarForms, parameters, type SamplingParams } from "@tokenmill/core";
import { outputRequest } from "@tokenmill/engine";
import type { ServeContext } from "../context.ts";
import { ApiError } from "../errors/apiError.ts";
import type { ClientName } from "../errors/toApiError.ts";
import { fitPrompt } from "../generation/fitPrompt.ts";
import { fieldOf, givenName, snakeCase } from "../schema/fieldNames.ts";
import { int64Of, samplingParamsOf } from "../schema/samplingFields.ts";
import type { EndpointFields } from "./commonFields.ts";
import type { JobSequence } from "./job.ts";
import { checkStructured, structuredOutputOf } from "./structuredOutput.ts";

export type Body = Readonly<Record<string, unknown>>;

export interface SequencePlan {
  readonly prompts: readonly (string | readonly number[])[];
  /** Sequences for each prompt. */
  readonly candidates: number;
  readonly fields: EndpointFields;
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
  const params: SamplingParams = textsAsTokens(samplingParamsOf(body), context);
  const maxTokens = maxTokensOf(body);
  if (maxTokens === 0 && body["echo"] !== true && plan.promptLogprobs === undefined) {
    const message = '"max_tokens" expected integer in [1, 16777216] without echo or prompt_logprobs, got 0';
    throw new ApiError(400, message, { param: "max_tokens" });
  }
  const structured = structuredOutputOf(body);
  if (structured) checkStructured(context, structured.param);
  // What has a form of its own ends by it.
  const stop = [...stopOf(body), ...((!structured && plan.extraStop) || [])];
  const ignoreEos = fieldOf(body, "ignoreEos") as boolean | undefined;
  const special = (fieldOf(body, "parseSpecial") as boolean | undefined) ?? plan.fields.parsesSpecial;
  const randomStreamId = streamIdOf(body);
  const shared: GenerateRequest = {
    ...params,
    ...(plan.promptLogprobs !== undefined && { promptLogprobs: plan.promptLogprobs }),
    ...(stop.length > 0 && { stop }),
    ...(ignoreEos !== undefined && { ignoreEos }),
    ...(logprobs !== undefined && { logprobs }),
    ...structured?.fields,
    ...(randomStreamId !== undefined && { randomStreamId }),
  };
  return prompts.flatMap((given, promptIndex) => {
    const room = { maxTokens, defaultMaxTokens: plan.fields.defaultMaxTokens };
    const { ids: prompt, maxTokens: fitting } = fitPrompt(context, given, { ...room, special });
    return Array.from({ length: candidates }, (_, candidate): JobSequence => {
      // The prompt's scores come with the first token, which is left out if none was asked for.
      const request = { ...shared, prompt, maxTokens: Math.max(1, fitting) };
      return { promptIndex, request: outputRequest(request, promptIndex * candidates + candidate) };
    });
  });
}

const sequenceNames = parameters.filter(({ kind }) => kind === "tokenSequences").map(({ name }) => name);

/** Token sequences that are texts as their tokens, at the start of a text and after a space. */
function textsAsTokens(params: SamplingParams, { source, model }: ServeContext): SamplingParams {
  const { tokenizer } = source;
  const tokensOf = (name: string, text: string): (readonly number[])[] => {
    if (!tokenizer) {
      const param = snakeCase(name);
      throw new ApiError(400, `"${param}" expected token ids, got text: ${model} has no tokenizer`, { param });
    }
    const texts = new Set([text, ` ${text.trimStart()}`]);
    return [...texts].map((one) => tokenizer.encode(one, { special: true })).filter((ids) => ids.length > 0);
  };
  const converted = sequenceNames.flatMap((name) => {
    const given = params[name] as readonly (string | number | readonly number[])[] | undefined;
    if (!given?.some((sequence) => typeof sequence === "string")) return [];
    return [[name, given.flatMap((one) => (typeof one === "string" ? tokensOf(name, one) : [one]))] as const];
  });
  return { ...params, ...Object.fromEntries(converted) };
}

/** The client's spelling of an engine parameter. */
export function clientNameIn(body: Body): ClientName {
  return (name) => {
    if (grammarForms.includes(name as GrammarForm)) return structuredOutputOf(body)?.param;
    if (name === "maxTokens" && body["max_completion_tokens"] !== undefined) return "max_completion_tokens";
    if (name === "promptLogprobs") return body["prompt_logprobs"] === undefined ? "logprobs" : "prompt_logprobs";
    if (name === "logprobs" && body["top_logprobs"] !== undefined) return "top_logprobs";
    return givenName(body, name) ?? snakeCase(name);
  };
}

/** Which random stream the first output draws from, if the body says so: others may be open with the same. */
function streamIdOf(body: Body): bigint | undefined {
  const given = body["sequence_id"] as number | string | undefined;
  return given === undefined ? undefined : int64Of("sequence_id", given, false);
}

/** The number asked for. @throws ApiError if it is given twice. */
export function maxTokensOf(body: Body): number | undefined {
  const maxTokens = fieldOf(body, "maxTokens") as number | undefined;
  const completion = body["max_completion_tokens"] as number | undefined;
  if (maxTokens !== undefined && completion !== undefined && maxTokens !== completion) {
    const name = givenName(body, "maxTokens")!;
    throw new ApiError(400, `"${name}" and "max_completion_tokens" are the same: give one`, { param: name });
  }
  return maxTokens ?? completion;
}

function stopOf(body: Body): readonly string[] {
  const stop = fieldOf(body, "stop") as string | readonly string[] | undefined;
  if (stop === undefined) return [];
  return typeof stop === "string" ? [stop] : stop;
}
