/** `POST /v1/chat/completions`: decoded body in, job out. */
import type { ChatBody } from "../bodies/chatBody.ts";
import type { ServeContext } from "../context/context.ts";
import { ApiError } from "../errors/apiError.ts";
import { chatRenderer } from "./chatRenderer.ts";
import { chatPrompt, chatStop } from "./chatTemplate.ts";
import { checkModel } from "./checkModel.ts";
import type { Job } from "./job.ts";
import { modelChatIds } from "./modelChat.ts";
import { planSequences } from "./planSequences.ts";

/** @throws ApiError */
export function chatJob(context: ServeContext, body: ChatBody, id: string): Job {
  checkModel(body.model, context.model);
  const { tokenizer, chatTemplate } = context.source;
  const {
    messages,
    n,
    logprobs,
    promptLogprobs,
    keepsStop,
    hasTokenIds,
    stream,
    streamUsage: usage,
    clientName,
  } = body;
  if (!tokenizer) {
    const message = `"messages" expected a model with a tokenizer, ${context.model} has none`;
    throw new ApiError(400, message, { param: "messages" });
  }
  const sequences = planSequences(context, body, {
    prompts: [chatTemplate ? modelChatIds(messages, chatTemplate, tokenizer) : chatPrompt(messages)],
    promptParam: () => "messages",
    candidates: n,
    extraStop: chatTemplate ? [] : chatStop,
    logprobs,
    promptLogprobs,
  });
  const renderer = chatRenderer({
    id,
    createdSeconds: Math.floor(Date.now() / 1000),
    model: context.model,
    tokenizer,
    hasLogprobs: logprobs !== undefined,
    keepsStop,
    hasTokenIds,
    hasSamplingMask: body.params.samplingMask === true,
    usage,
  });
  return { sequences, n, renderer, stream, scoresOnly: false, usage, clientName };
}
