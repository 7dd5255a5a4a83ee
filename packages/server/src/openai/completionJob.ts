/** `POST /v1/completions`: body in, job out. */
import type { ServeContext } from "../context.ts";
import { ApiError } from "../errors/apiError.ts";
import { checkModel } from "./checkModel.ts";
import { completionFields } from "./completionSchema.ts";
import { completionRenderer, type EchoedPrompt } from "./completionRenderer.ts";
import type { Job, JobSequence } from "./job.ts";
import { promptLogprobsIn } from "./promptLogprobs.ts";
import { type Body, clientNameIn, maxTokensOf, planSequences } from "./planSequences.ts";
import { fieldOf } from "../schema/fieldNames.ts";
import { streamUsageIn } from "./streamOptions.ts";
import { promptBytes } from "./tokenBytes.ts";

type Prompt = string | readonly number[];

/** @param body as `completionSchema` describes it. @throws ApiError */
export function completionJob(context: ServeContext, body: Body, id: string): Job {
  checkModel(body["model"], context.model);
  const prompts = promptsOf(body["prompt"]);
  const stream = body["stream"] === true;
  const n = (fieldOf(body, "n") as number | undefined) ?? 1;
  const candidates = (body["best_of"] as number | undefined) ?? n;
  if (candidates < n)
    throw new ApiError(400, `"best_of" expected n (${n}) or more, got ${candidates}`, { param: "best_of" });
  if (stream && candidates > n) {
    throw new ApiError(400, '"best_of" expected n with stream: the best is known at the end only', {
      param: "best_of",
    });
  }
  const logprobs = body["logprobs"] as number | undefined;
  const isEchoed = body["echo"] === true;
  const promptLogprobs = promptLogprobsIn(body);
  // Enough for both.
  const scored = isEchoed && logprobs !== undefined ? Math.max(logprobs, promptLogprobs ?? 0) : promptLogprobs;
  // The best are chosen by log-probability, asked for or not.
  const needed = logprobs ?? (candidates > n ? 0 : undefined);
  const sequences = planSequences(context, body, {
    prompts,
    candidates,
    fields: completionFields,
    logprobs: needed,
    promptLogprobs: scored,
  });
  const scoresOnly = maxTokensOf(body) === 0;
  const { tokenizer } = context.source;
  const usage = streamUsageIn(body);
  const renderer = completionRenderer({
    id,
    createdSeconds: Math.floor(Date.now() / 1000),
    model: context.model,
    tokenizer,
    logprobs,
    promptLogprobs,
    scoresOnly,
    keepsStop: body["include_stop_str_in_output"] === true,
    hasTokenIds: body["return_token_ids"] === true,
    usage,
    echo: isEchoed
      ? prompts.map((prompt, index) => echoed(context, prompt, sequences[index * candidates]!))
      : undefined,
    n,
  });
  return { sequences, n, renderer, stream, scoresOnly, usage, clientName: clientNameIn(body) };
}

function promptsOf(prompt: unknown): readonly Prompt[] {
  if (prompt === undefined) return [[]];
  if (typeof prompt === "string") return [prompt];
  const list = prompt as readonly (string | number | readonly number[])[];
  if (list.length === 0) return [];
  return typeof list[0] === "number" ? [list as readonly number[]] : (list as readonly Prompt[]);
}

function echoed(context: ServeContext, prompt: Prompt, { request }: JobSequence): EchoedPrompt {
  return { text: promptText(context, prompt), tokenIds: request.prompt as readonly number[] };
}

function promptText({ source: { tokenizer } }: ServeContext, prompt: Prompt): string {
  if (typeof prompt === "string") return prompt;
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(
    Buffer.concat(prompt.map((tokenId) => promptBytes(tokenizer, tokenId))),
  );
}
