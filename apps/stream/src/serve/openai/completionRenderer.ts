/** `text_completion` objects. */
import type { TokenEvent, Tokenizer } from "@tokenmill/core";
import type { ChoiceState, Renderer } from "./job.ts";
import { jsonLogprob, tokenText } from "./tokenBytes.ts";
import { jsonUsage } from "./usage.ts";

export interface CompletionOptions {
  readonly id: string;
  readonly createdSeconds: number;
  readonly model: string;
  readonly tokenizer: Tokenizer | undefined;
  readonly hasLogprobs: boolean;
  readonly keepsStop: boolean;
  readonly hasTokenIds: boolean;
  readonly includeUsage: boolean;
  /** Text of each prompt, if it is to be echoed. */
  readonly echo: readonly string[] | undefined;
  /** Outputs of each prompt. */
  readonly n: number;
}

interface CompletionLogprobs {
  readonly tokens: string[];
  readonly token_logprobs: number[];
  readonly top_logprobs: Record<string, number>[];
  readonly text_offset: number[];
}

export function completionRenderer(options: CompletionOptions): Renderer {
  const { id, createdSeconds, model, tokenizer, keepsStop, hasLogprobs, hasTokenIds, echo, n } = options;
  const head = { id, object: "text_completion", created: createdSeconds, model };
  const chunkHead = `${JSON.stringify(head).slice(0, -1)},"choices":[`;
  const chunkTail = options.includeUsage ? '],"usage":null}' : "]}";
  const echoOf = (choiceIndex: number): string => echo?.[Math.floor(choiceIndex / n)] ?? "";

  const logprobsOf = (events: readonly TokenEvent[], choice: ChoiceState): CompletionLogprobs => {
    const logprobs: CompletionLogprobs = { tokens: [], token_logprobs: [], top_logprobs: [], text_offset: [] };
    for (const { tokenId, logprob = Number.NaN, topLogprobs = [] } of events) {
      const text = tokenText(tokenizer, tokenId);
      logprobs.tokens.push(text);
      logprobs.token_logprobs.push(jsonLogprob(logprob));
      // The chosen token is among them, as with OpenAI.
      const top = [...topLogprobs, { tokenId, logprob }];
      logprobs.top_logprobs.push(
        Object.fromEntries(top.map((entry) => [tokenText(tokenizer, entry.tokenId), jsonLogprob(entry.logprob)])),
      );
      logprobs.text_offset.push(choice.textOffset);
      choice.textOffset += text.length;
    }
    return logprobs;
  };

  const choiceOf = (choice: ChoiceState, text: string, events: readonly TokenEvent[]): unknown => {
    const last = events.at(-1);
    return {
      index: choice.index,
      text,
      logprobs: hasLogprobs ? logprobsOf(events, choice) : null,
      finish_reason: last?.finishReason ?? null,
      ...(last?.finishReason !== undefined && { stop_reason: last.stopReason ?? null }),
      ...(hasTokenIds && { token_ids: events.map(({ tokenId }) => tokenId) }),
    };
  };

  return {
    opening(choice) {
      const text = echoOf(choice.index);
      if (text === "") return undefined;
      choice.textOffset = text.length;
      return `${chunkHead}${JSON.stringify(choiceOf(choice, text, []))}${chunkTail}`;
    },
    chunk(choice, event) {
      // Most chunks hold a text and nothing else.
      if (event.finishReason === undefined && !hasLogprobs && !hasTokenIds) {
        const text = JSON.stringify(event.text);
        return `${chunkHead}{"index":${choice.index},"text":${text},"logprobs":null,"finish_reason":null}${chunkTail}`;
      }
      return `${chunkHead}${JSON.stringify(choiceOf(choice, textOf(event, keepsStop), [event]))}${chunkTail}`;
    },
    usageChunk: (usage) => JSON.stringify({ ...head, choices: [], usage: jsonUsage(usage) }),
    whole: (outputs, usage) => ({
      ...head,
      choices: outputs.map(({ events }, index) => {
        const prompt = echoOf(index);
        const text = prompt + events.map((event) => textOf(event, keepsStop)).join("");
        return choiceOf({ index, textOffset: prompt.length }, text, events);
      }),
      usage: jsonUsage(usage),
    }),
  };
}

/** The event's text, with the stop string that ended it if it is to be kept. */
export function textOf({ text, stopReason }: TokenEvent, keepsStop: boolean): string {
  return keepsStop && typeof stopReason === "string" ? text + stopReason : text;
}
