/** From a decoded body to the requests of its sequences. */
import type { GenerateRequest } from "@tokenmill/core";
import { outputRequest } from "@tokenmill/engine";
import type { CommonBody } from "../bodies/commonBody.ts";
import type { ServeContext } from "../context/context.ts";
import { patternRules } from "../bodies/sequenceRules.ts";
import { ApiError } from "../errors/apiError.ts";
import { fitPrompt } from "../prompts/fitPrompt.ts";
import type { JobSequence } from "./job.ts";
import { paramsWithTokens } from "./paramsWithTokens.ts";

export interface SequencePlan {
  readonly prompts: readonly (string | readonly number[])[];
  /** Where the client has that prompt. */
  readonly promptParam: (index: number) => string;
  /** Sequences for each prompt. */
  readonly candidates: number;
  /** Ends the output besides what the body says. */
  readonly extraStop?: readonly string[];
  readonly logprobs: number | undefined;
  /** Scores the prompt's tokens. */
  readonly promptLogprobs: number | undefined;
}

const mostSequences = 1024;

/** @throws ApiError; ranges of sampling parameters are checked when the sequences are opened. */
export function planSequences(context: ServeContext, body: CommonBody, plan: SequencePlan): JobSequence[] {
  const { prompts, promptParam, candidates, logprobs, promptLogprobs } = plan;
  if (prompts.length * candidates > mostSequences) {
    const message = `prompts × candidates expected at most ${mostSequences} sequences, got ${prompts.length * candidates}`;
    throw new ApiError(400, message, { param: "n" });
  }
  const params = paramsWithTokens(body, context);
  const phases = body.phases.map((phase) => ({ from: phase.from, params: paramsWithTokens(phase, context) }));
  const {
    structured,
    stopRegex,
    ignoreEos,
    rules,
    randomStreamId,
    maxTokens,
    defaultMaxTokens,
    parseSpecial: special,
  } = body;
  if (structured) checkHasGrammars(context, structured.param);
  if (stopRegex.length > 0) checkHasGrammars(context, body.clientName("stopRegex") ?? "stop_regex");
  for (const name of patternRules) if (rules[name]?.length) checkHasGrammars(context, body.clientName(name) ?? name);
  // What has a form of its own ends by it.
  const stop = [...body.stop, ...((!structured && plan.extraStop) || [])];
  const shared: GenerateRequest = {
    ...params,
    ...(promptLogprobs !== undefined && { promptLogprobs }),
    ...(stop.length > 0 && { stop }),
    ...(stopRegex.length > 0 && { stopRegex }),
    ...(ignoreEos !== undefined && { ignoreEos }),
    ...rules,
    ...(phases.length > 0 && { phases }),
    ...(logprobs !== undefined && { logprobs }),
    ...structured?.fields,
    ...(randomStreamId !== undefined && { randomStreamId }),
  };
  return prompts.flatMap((given, promptIndex) => {
    const param = promptParam(promptIndex);
    const { ids, maxTokens: fitting } = fitPrompt(context, given, { param, maxTokens, defaultMaxTokens, special });
    return Array.from({ length: candidates }, (_, candidate): JobSequence => {
      // The prompt's scores come with the first token, which is left out if none was asked for.
      const request = { ...shared, prompt: ids, maxTokens: Math.max(1, fitting) };
      return { promptIndex, promptIds: ids, request: outputRequest(request, promptIndex * candidates + candidate) };
    });
  });
}

/** @throws ApiError where nobody compiles grammars and expressions. */
function checkHasGrammars({ grammars, model }: ServeContext, param: string): void {
  if (grammars) return;
  const message = `"${param}" is not supported: ${model} has no structured output`;
  throw new ApiError(400, message, { param, code: "unsupported_parameter" });
}
