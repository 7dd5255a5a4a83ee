/** Body of `POST /v1/completions`. */
import { ApiError } from "../errors/apiError.ts";
import type { BodyKind } from "./body.ts";
import { BodyFields, numbersIn } from "./bodyFields.ts";
import { type CommonBody, decodeCommon } from "./commonBody.ts";
import { mostLogprobs } from "./commonFields.ts";
import { completionFields, completionSchema } from "./completionSchema.ts";
import { refuseWithoutLogprobs } from "./logprobTokenIds.ts";

export type Prompt = string | readonly number[];

export interface CompletionBody extends CommonBody {
  readonly prompts: readonly Prompt[];
  /** Whether the client has them in a list. */
  readonly areListed: boolean;
  /** Sequences for each prompt, of which the best `n` are answered. */
  readonly candidates: number;
  readonly isEchoed: boolean;
  readonly logprobs: number | undefined;
}

export const completionBody: BodyKind<CompletionBody> = {
  schema: completionSchema,
  decode(raw) {
    const fields = new BodyFields(raw);
    const common = decodeCommon(fields, completionFields);
    const { n, stream, maxTokens, promptLogprobs } = common;
    const candidates = fields.number("best_of") ?? n;
    if (candidates < n) {
      throw new ApiError(400, `"best_of" expected n (${n}) or more, got ${candidates}`, { param: "best_of" });
    }
    if (stream && candidates > n) {
      const message = '"best_of" expected n with stream: the best is known at the end only';
      throw new ApiError(400, message, { param: "best_of" });
    }
    const prompt = fields.value("prompt");
    const prompts = promptsIn(prompt);
    if (prompts.length === 0)
      throw new ApiError(400, '"prompt" expected at least one prompt, got none', { param: "prompt" });
    const isEchoed = fields.flag("echo") === true;
    if (maxTokens === 0 && !isEchoed && promptLogprobs === undefined) {
      const message = '"max_tokens" expected integer in [1, 16777216] without echo or prompt_logprobs, got 0';
      throw new ApiError(400, message, { param: "max_tokens" });
    }
    const areListed = Array.isArray(prompt) && typeof prompt[0] !== "number";
    return { ...common, prompts, areListed, candidates, isEchoed, logprobs: logprobsOf(fields, common) };
  },
};

/** How many of the most probable tokens; named ones come instead of them. @throws ApiError */
function logprobsOf(fields: BodyFields, { params: { logprobTokenIds } }: CommonBody): number | undefined {
  const logprobs = fields.number("logprobs");
  if (logprobTokenIds) {
    const { length } = logprobTokenIds;
    return logprobs === length ? 0 : refuseWithoutLogprobs(fields, `${length}, their number`);
  }
  if (logprobs === undefined || logprobs <= mostLogprobs) return logprobs;
  const message = `"logprobs" expected integer in [0, ${mostLogprobs}], got ${logprobs}`;
  throw new ApiError(400, message, { param: "logprobs", code: "invalid_value" });
}

/** A text, token ids, or a list of either; nothing is one empty prompt. */
function promptsIn(prompt: unknown): readonly Prompt[] {
  if (prompt === undefined) return [[]];
  if (typeof prompt === "string") return [prompt];
  const list: readonly unknown[] = Array.isArray(prompt) ? prompt : [];
  if (typeof list[0] === "number") return [numbersIn(list)];
  return list.map((one) => (typeof one === "string" ? one : numbersIn(one)));
}
