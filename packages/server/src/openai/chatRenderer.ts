/** `chat.completion` and `chat.completion.chunk` objects. */
import type { Tokenizer } from "@tokenmill/core";
import { lazyMap } from "../answers/jsonPieces.ts";
import { textOf, textOfAll } from "./completionRenderer.ts";
import { endOf } from "./finish.ts";
import type { OutputEvents, Renderer } from "./job.ts";
import { jsonPromptLogprobs } from "./promptLogprobs.ts";
import { jsonSamplingMask } from "./samplingMask.ts";
import { jsonLogprob, tokenBytes, tokenText } from "./tokenBytes.ts";
import type { StreamUsage } from "../bodies/streamOptions.ts";
import { chunkTail, jsonUsage } from "./usage.ts";

export interface ChatOptions {
  readonly id: string;
  readonly createdSeconds: number;
  readonly model: string;
  readonly tokenizer: Tokenizer | undefined;
  readonly hasLogprobs: boolean;
  readonly keepsStop: boolean;
  readonly hasTokenIds: boolean;
  readonly hasSamplingMask: boolean;
  readonly usage: StreamUsage;
}

interface ChatToken {
  readonly token: string;
  readonly logprob: number;
  readonly bytes: number[] | null;
}

export function chatRenderer(options: ChatOptions): Renderer {
  const { id, createdSeconds, model, tokenizer, hasLogprobs, keepsStop, hasTokenIds, hasSamplingMask } = options;
  const headOf = (object: string): object => ({ id, object, created: createdSeconds, model });
  const chunkHead = `${JSON.stringify(headOf("chat.completion.chunk")).slice(0, -1)},"choices":[`;
  const tailOf = chunkTail(options.usage);

  const tokenOf = (tokenId: number, logprob: number): ChatToken => ({
    token: tokenText(tokenizer, tokenId),
    logprob: jsonLogprob(logprob),
    bytes: tokenBytes(tokenizer, tokenId),
  });
  const logprobsOf = (events: OutputEvents): unknown => ({
    content: lazyMap(events, ({ tokenId, logprob = Number.NaN, topLogprobs = [], namedLogprobs = topLogprobs }) => ({
      ...tokenOf(tokenId, logprob),
      top_logprobs: namedLogprobs.map((top) => tokenOf(top.tokenId, top.logprob)),
    })),
    refusal: null,
  });
  const restOf = (events: OutputEvents): object => {
    return {
      logprobs: hasLogprobs ? logprobsOf(events) : null,
      ...endOf(events.at(-1)),
      ...(hasTokenIds && { token_ids: lazyMap(events, ({ tokenId }) => tokenId) }),
      ...(hasSamplingMask && jsonSamplingMask(events)),
    };
  };

  return {
    opening(choice) {
      const delta = '{"role":"assistant","content":""}';
      return `${chunkHead}{"index":${choice.index},"delta":${delta},"logprobs":null,"finish_reason":null}${tailOf(choice, 0)}`;
    },
    chunk(choice, event) {
      const tail = tailOf(choice, event.index + 1);
      const content = JSON.stringify(textOf(event, keepsStop));
      const start = `${chunkHead}{"index":${choice.index},"delta":{"content":${content}},`;
      if (event.finishReason === undefined && !hasLogprobs && !hasTokenIds && !hasSamplingMask) {
        return `${start}"logprobs":null,"finish_reason":null}${tail}`;
      }
      return `${start}${JSON.stringify(restOf([event])).slice(1)}${tail}`;
    },
    usageChunk: (usage) => JSON.stringify({ ...headOf("chat.completion.chunk"), choices: [], usage: jsonUsage(usage) }),
    whole: (outputs, usage) => ({
      ...headOf("chat.completion"),
      choices: lazyMap(outputs, ({ events }, index) => ({
        index,
        message: {
          role: "assistant",
          content: textOfAll(events, (event) => textOf(event, keepsStop)),
          refusal: null,
        },
        ...restOf(events),
      })),
      usage: jsonUsage(usage),
      ...jsonPromptLogprobs(outputs[0]?.events.at(0), tokenizer),
    }),
  };
}
