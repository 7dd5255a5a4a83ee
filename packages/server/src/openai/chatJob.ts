/** `POST /v1/chat/completions`: body in, job out. */
import type { ServeContext } from "../context.ts";
import { ApiError } from "../errors/apiError.ts";
import { chatRenderer } from "./chatRenderer.ts";
import { chatFields } from "./chatSchema.ts";
import { type ChatMessage, chatPrompt, chatStop } from "./chatTemplate.ts";
import { checkModel } from "./checkModel.ts";
import type { Job } from "./job.ts";
import { modelChatIds } from "./modelChat.ts";
import { promptLogprobsIn } from "./promptLogprobs.ts";
import { type Body, clientNameIn, planSequences } from "./planSequences.ts";
import { fieldOf } from "../schema/fieldNames.ts";
import { streamUsageIn } from "./streamOptions.ts";

/** @param body as `chatSchema` describes it. @throws ApiError */
export function chatJob(context: ServeContext, body: Body, id: string): Job {
  checkModel(body["model"], context.model);
  const { tokenizer, chatTemplate } = context.source;
  if (!tokenizer) {
    throw new ApiError(400, `"messages" expected a model with a tokenizer, ${context.model} has none`, {
      param: "messages",
    });
  }
  const n = (fieldOf(body, "n") as number | undefined) ?? 1;
  const hasLogprobs = body["logprobs"] === true;
  const top = body["top_logprobs"] as number | undefined;
  if (top !== undefined && !hasLogprobs) {
    throw new ApiError(400, '"top_logprobs" expected "logprobs": true', { param: "top_logprobs" });
  }
  const sequences = planSequences(context, body, {
    prompts: [chatTemplate ? modelChatIds(messagesOf(body), chatTemplate, tokenizer) : chatPrompt(messagesOf(body))],
    candidates: n,
    fields: chatFields,
    extraStop: chatTemplate ? [] : chatStop,
    logprobs: hasLogprobs ? (top ?? 0) : undefined,
    promptLogprobs: promptLogprobsIn(body),
  });
  const usage = streamUsageIn(body);
  const renderer = chatRenderer({
    id,
    createdSeconds: Math.floor(Date.now() / 1000),
    model: context.model,
    tokenizer,
    hasLogprobs,
    keepsStop: body["include_stop_str_in_output"] === true,
    hasTokenIds: body["return_token_ids"] === true,
    usage,
  });
  const stream = body["stream"] === true;
  return { sequences, n, renderer, stream, scoresOnly: false, usage, clientName: clientNameIn(body) };
}

/** @throws ApiError for a message without content; the assistant's may have none. */
function messagesOf(body: Body): readonly ChatMessage[] {
  const messages = body["messages"] as readonly ChatMessage[];
  const index = messages.findIndex(({ role, content }) => content === undefined && role !== "assistant");
  if (index < 0) return messages;
  const param = `messages[${index}].content`;
  throw new ApiError(400, `"${param}" is missing`, { param, code: "missing_required_parameter" });
}
