/** `POST /v1/completions`: decoded body in, job out. */
import type { CompletionBody, Prompt } from "../bodies/completionBody.ts";
import type { ServeContext } from "../context/context.ts";
import { checkModel } from "./checkModel.ts";
import { completionRenderer } from "./completionRenderer.ts";
import type { Job } from "./job.ts";
import { planSequences } from "./planSequences.ts";
import { promptBytes } from "./tokenBytes.ts";

/** @throws ApiError */
export function completionJob(context: ServeContext, body: CompletionBody, id: string): Job {
  checkModel(body.model, context.model);
  const {
    prompts,
    areListed,
    candidates,
    n,
    logprobs,
    isEchoed,
    promptLogprobs,
    stream,
    streamUsage: usage,
    clientName,
  } = body;
  const sequences = planSequences(context, body, {
    prompts,
    promptParam: (index) => (areListed ? `prompt[${index}]` : "prompt"),
    candidates,
    // The best are chosen by log-probability, asked for or not.
    logprobs: logprobs ?? (candidates > n ? 0 : undefined),
    // Enough for both.
    promptLogprobs: isEchoed && logprobs !== undefined ? Math.max(logprobs, promptLogprobs ?? 0) : promptLogprobs,
  });
  const scoresOnly = body.maxTokens === 0;
  const echoed = (prompt: Prompt, index: number) => ({
    text: promptText(context, prompt),
    tokenIds: sequences[index * candidates]!.promptIds,
  });
  const renderer = completionRenderer({
    id,
    createdSeconds: Math.floor(Date.now() / 1000),
    model: context.model,
    tokenizer: context.source.tokenizer,
    logprobs,
    promptLogprobs,
    scoresOnly,
    keepsStop: body.keepsStop,
    hasTokenIds: body.hasTokenIds,
    hasSamplingMask: body.params.samplingMask === true,
    usage,
    echo: isEchoed ? prompts.map(echoed) : undefined,
    n,
  });
  return { sequences, n, renderer, stream, scoresOnly, usage, clientName };
}

function promptText({ source: { tokenizer } }: ServeContext, prompt: Prompt): string {
  if (typeof prompt === "string") return prompt;
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(
    Buffer.concat(prompt.map((tokenId) => promptBytes(tokenizer, tokenId))),
  );
}
