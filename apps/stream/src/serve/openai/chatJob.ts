/** `POST /v1/chat/completions`: body in, job out. */
import type { ServeContext } from "../context.ts";
import { ApiError } from "../errors/apiError.ts";
import { chatRenderer } from "./chatRenderer.ts";
import { type ChatMessage, chatPrompt, chatStop } from "./chatTemplate.ts";
import { checkModel } from "./checkModel.ts";
import type { Job } from "./job.ts";
import { promptLogprobsIn } from "./promptLogprobs.ts";
import { type Body, clientNameIn, planSequences } from "./planSequences.ts";
import { includesUsage } from "./streamOptions.ts";

/** @param body as `chatSchema` describes it. @throws ApiError */
export function chatJob(context: ServeContext, body: Body, id: string): Job {
  checkModel(body["model"], context.model);
  const { tokenizer } = context.source;
  if (!tokenizer) {
    throw new ApiError(400, `"messages" expected a model with a tokenizer, ${context.model} has none`, {
      param: "messages",
    });
  }
  const n = (body["n"] as number | undefined) ?? 1;
  const hasLogprobs = body["logprobs"] === true;
  const top = body["top_logprobs"] as number | undefined;
  if (top !== undefined && !hasLogprobs) {
    throw new ApiError(400, '"top_logprobs" expected "logprobs": true', { param: "top_logprobs" });
  }
  const sequences = planSequences(context, body, {
    prompts: [chatPrompt(body["messages"] as readonly ChatMessage[])],
    candidates: n,
    defaultMaxTokens: 256,
    extraStop: chatStop,
    logprobs: hasLogprobs ? (top ?? 0) : undefined,
    promptLogprobs: promptLogprobsIn(body),
  });
  const includeUsage = includesUsage(body);
  const renderer = chatRenderer({
    id,
    createdSeconds: Math.floor(Date.now() / 1000),
    model: context.model,
    tokenizer,
    hasLogprobs,
    keepsStop: body["include_stop_str_in_output"] === true,
    hasTokenIds: body["return_token_ids"] === true,
    includeUsage,
  });
  const stream = body["stream"] === true;
  return { sequences, n, renderer, stream, scoresOnly: false, includeUsage, clientName: clientNameIn(body) };
}
