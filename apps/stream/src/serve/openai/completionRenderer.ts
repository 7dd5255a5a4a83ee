/** `text_completion` objects. */
import type { TokenEvent, Tokenizer } from "@tokenmill/core";
import type { ChoiceState, Renderer } from "./job.ts";
import { jsonPromptLogprobs, scoredPrompt } from "./promptLogprobs.ts";
import { jsonLogprob, tokenText } from "./tokenBytes.ts";
import { jsonUsage } from "./usage.ts";

export interface EchoedPrompt {
  readonly text: string;
  readonly tokenIds: readonly number[];
}

export interface CompletionOptions {
  readonly id: string;
  readonly createdSeconds: number;
  readonly model: string;
  readonly tokenizer: Tokenizer | undefined;
  readonly logprobs: number | undefined;
  readonly promptLogprobs: number | undefined;
  /** The prompt is all that is answered. */
  readonly scoresOnly: boolean;
  readonly keepsStop: boolean;
  readonly hasTokenIds: boolean;
  readonly includeUsage: boolean;
  /** Each prompt, if it is to be echoed. */
  readonly echo: readonly EchoedPrompt[] | undefined;
  /** Outputs of each prompt. */
  readonly n: number;
}

type ScoredToken = Pick<TokenEvent, "tokenId" | "logprob" | "topLogprobs">;

interface CompletionLogprobs {
  readonly tokens: string[];
  readonly token_logprobs: (number | null)[];
  readonly top_logprobs: (Record<string, number> | null)[];
  readonly text_offset: number[];
}

export function completionRenderer(options: CompletionOptions): Renderer {
  const {
    id,
    createdSeconds,
    model,
    tokenizer,
    keepsStop,
    logprobs,
    hasTokenIds,
    echo,
    n,
    scoresOnly,
    promptLogprobs,
  } = options;
  const hasLogprobs = logprobs !== undefined;
  const head = { id, object: "text_completion", created: createdSeconds, model };
  const chunkHead = `${JSON.stringify(head).slice(0, -1)},"choices":[`;
  const chunkTail = options.includeUsage ? '],"usage":null}' : "]}";
  const echoOf = (choiceIndex: number): string => echo?.[Math.floor(choiceIndex / n)]?.text ?? "";

  const logprobsOf = (tokens: Iterable<ScoredToken>, choice: ChoiceState): CompletionLogprobs => {
    const scores: CompletionLogprobs = { tokens: [], token_logprobs: [], top_logprobs: [], text_offset: [] };
    for (const { tokenId, logprob, topLogprobs = [] } of tokens) {
      const text = tokenText(tokenizer, tokenId);
      scores.tokens.push(text);
      scores.token_logprobs.push(logprob === undefined ? null : jsonLogprob(logprob));
      // The chosen token is among them, as with OpenAI.
      const top = logprob === undefined ? undefined : [...topLogprobs.slice(0, logprobs), { tokenId, logprob }];
      const entries = top?.map((entry) => [tokenText(tokenizer, entry.tokenId), jsonLogprob(entry.logprob)] as const);
      scores.top_logprobs.push(entries ? Object.fromEntries(entries) : null);
      scores.text_offset.push(choice.textOffset);
      choice.textOffset += text.length;
    }
    return scores;
  };
  /** The tokens before the output, if they are echoed. */
  const echoedTokens = (index: number, first: TokenEvent | undefined): ScoredToken[] =>
    echo && hasLogprobs ? scoredPrompt(echo[Math.floor(index / n)]!.tokenIds, first?.promptLogprobs) : [];

  const choiceOf = (
    choice: ChoiceState,
    text: string,
    events: readonly TokenEvent[],
    prompt: readonly ScoredToken[] = [],
  ): unknown => {
    const last = events.at(-1);
    const finishReason = last && scoresOnly ? "length" : last?.finishReason;
    const output = scoresOnly ? [] : events;
    return {
      index: choice.index,
      text,
      logprobs: hasLogprobs ? logprobsOf([...prompt, ...output], choice) : null,
      finish_reason: finishReason ?? null,
      ...(finishReason !== undefined && { stop_reason: (scoresOnly ? undefined : last?.stopReason) ?? null }),
      ...(hasTokenIds && { token_ids: output.map(({ tokenId }) => tokenId) }),
    };
  };
  const outputText = (event: TokenEvent): string => (scoresOnly ? "" : textOf(event, keepsStop));

  return {
    opening(choice, first) {
      const text = echoOf(choice.index);
      if (text === "") return undefined;
      const json = JSON.stringify(choiceOf(choice, text, [], echoedTokens(choice.index, first)));
      choice.textOffset = text.length;
      return `${chunkHead}${json}${chunkTail}`;
    },
    chunk(choice, event) {
      // Most chunks hold a text and nothing else.
      if (event.finishReason === undefined && !hasLogprobs && !hasTokenIds) {
        const text = JSON.stringify(event.text);
        return `${chunkHead}{"index":${choice.index},"text":${text},"logprobs":null,"finish_reason":null}${chunkTail}`;
      }
      return `${chunkHead}${JSON.stringify(choiceOf(choice, outputText(event), [event]))}${chunkTail}`;
    },
    usageChunk: (usage) => JSON.stringify({ ...head, choices: [], usage: jsonUsage(usage) }),
    whole: (outputs, usage) => ({
      ...head,
      choices: outputs.map(({ events }, index) => {
        const prompt = echoOf(index);
        const text = prompt + events.map(outputText).join("");
        const tokens = echoedTokens(index, events[0]);
        const textOffset = tokens.length > 0 ? 0 : prompt.length;
        const choice = choiceOf({ index, textOffset }, text, events, tokens) as object;
        return {
          ...choice,
          ...(promptLogprobs !== undefined && jsonPromptLogprobs(events[0], tokenizer, promptLogprobs)),
        };
      }),
      usage: jsonUsage(usage),
    }),
  };
}

/** The event's text, with the stop string that ended it if it is to be kept. */
export function textOf({ text, stopReason }: TokenEvent, keepsStop: boolean): string {
  return keepsStop && typeof stopReason === "string" ? text + stopReason : text;
}
