/** `text_completion` objects. */
import type { TokenEvent, Tokenizer } from "@tokenmill/core";
import { jsonPieces, LazyArray, lazyMap } from "../answers/jsonPieces.ts";
import type { ChoiceState, OutputEvents, Renderer } from "./job.ts";
import { jsonPromptLogprobs, scoredPrompt } from "./promptLogprobs.ts";
import type { StreamUsage } from "../bodies/streamOptions.ts";
import { TextPlace } from "./textPlace.ts";
import { endOf } from "./finish.ts";
import { jsonSamplingMask } from "./samplingMask.ts";
import { jsonLogprob, outputBytes, promptBytes, tokenText } from "./tokenBytes.ts";
import { chunkTail, jsonUsage } from "./usage.ts";

interface EchoedPrompt {
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
  readonly hasSamplingMask: boolean;
  readonly usage: StreamUsage;
  /** Each prompt, if it is to be echoed. */
  readonly echo: readonly EchoedPrompt[] | undefined;
  /** Outputs of each prompt. */
  readonly n: number;
}

type ScoredToken = Pick<TokenEvent, "tokenId" | "logprob" | "topLogprobs" | "namedLogprobs">;

/** Tokens of a choice in the order of its text. */
interface PlacedTokens {
  readonly prompt: readonly ScoredToken[];
  readonly output: Iterable<ScoredToken>;
  /** The text of the prompt. */
  readonly echoed: string;
  /** Of the first of them; left as it is. */
  readonly place: TextPlace;
}

interface CompletionLogprobs {
  readonly tokens: LazyArray<string>;
  readonly token_logprobs: LazyArray<number | null>;
  readonly top_logprobs: LazyArray<Record<string, number> | null>;
  readonly text_offset: LazyArray<number>;
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
    hasSamplingMask,
    echo,
    n,
    scoresOnly,
    promptLogprobs,
  } = options;
  const hasLogprobs = logprobs !== undefined;
  const head = { id, object: "text_completion", created: createdSeconds, model };
  const chunkHead = `${JSON.stringify(head).slice(0, -1)},"choices":[`;
  const tailOf = chunkTail(options.usage);
  const echoOf = (choiceIndex: number): EchoedPrompt | undefined => echo?.[Math.floor(choiceIndex / n)];

  const topOf = (token: ScoredToken): Record<string, number> | null => {
    const { tokenId, logprob, topLogprobs = [], namedLogprobs } = token;
    if (logprob === undefined) return null;
    // The chosen token is among the most probable ones, as with OpenAI.
    const top = namedLogprobs ?? [...topLogprobs.slice(0, logprobs), { tokenId, logprob }];
    return Object.fromEntries(top.map((entry) => [tokenText(tokenizer, entry.tokenId), jsonLogprob(entry.logprob)]));
  };
  const logprobsOf = (
    tokens: Iterable<ScoredToken>,
    { prompt, output, echoed, place }: PlacedTokens,
  ): CompletionLogprobs => ({
    tokens: lazyMap(tokens, ({ tokenId }) => tokenText(tokenizer, tokenId)),
    token_logprobs: lazyMap(tokens, ({ logprob }) => (logprob === undefined ? null : jsonLogprob(logprob))),
    top_logprobs: lazyMap(tokens, topOf),
    text_offset: new LazyArray(function* () {
      const here = place.clone();
      for (const { tokenId } of prompt) yield here.next(promptBytes(tokenizer, tokenId));
      if (prompt.length > 0) here.after(echoed);
      for (const { tokenId } of output) yield here.next(outputBytes(tokenizer, tokenId));
    }),
  });
  /** The tokens before the output, if they are echoed. */
  const echoedTokens = (index: number, first: TokenEvent | undefined): ScoredToken[] =>
    echo && hasLogprobs ? scoredPrompt(echoOf(index)!.tokenIds, first?.promptLogprobs) : [];

  const choiceOf = (
    { index, place }: Pick<ChoiceState, "index" | "place">,
    text: string,
    events: OutputEvents,
    prompt: readonly ScoredToken[] = [],
  ): object => {
    const last = events.at(-1);
    const end = last && scoresOnly ? { finish_reason: "length", stop_reason: null } : endOf(last);
    const output = scoresOnly ? [] : events;
    const tokens = new LazyArray<ScoredToken>(function* () {
      yield* prompt;
      yield* output;
    });
    return {
      index,
      text,
      logprobs: hasLogprobs ? logprobsOf(tokens, { prompt, output, echoed: echoOf(index)?.text ?? "", place }) : null,
      ...end,
      ...(hasTokenIds && { token_ids: lazyMap(output, ({ tokenId }) => tokenId) }),
      ...(hasSamplingMask && jsonSamplingMask(output)),
    };
  };
  const outputText = (event: TokenEvent): string => (scoresOnly ? "" : textOf(event, keepsStop));

  return {
    opening(choice, first) {
      const echoed = echoOf(choice.index);
      if (!echoed || (echoed.text === "" && echoed.tokenIds.length === 0)) return undefined;
      const { index, place } = choice;
      const json = jsonPieces(choiceOf({ index, place: place.clone() }, echoed.text, [], echoedTokens(index, first)));
      place.after(echoed.text);
      return enclosed(chunkHead, json, tailOf(choice, 0));
    },
    chunk(choice, event) {
      const tail = tailOf(choice, scoresOnly ? 0 : event.index + 1);
      // Most chunks hold a text and nothing else.
      if (event.finishReason === undefined && !hasLogprobs && !hasTokenIds && !hasSamplingMask) {
        const text = JSON.stringify(event.text);
        return `${chunkHead}{"index":${choice.index},"text":${text},"logprobs":null,"finish_reason":null}${tail}`;
      }
      const json = JSON.stringify(choiceOf(choice, outputText(event), [event]));
      if (hasLogprobs && !scoresOnly) choice.place.next(outputBytes(tokenizer, event.tokenId));
      return `${chunkHead}${json}${tail}`;
    },
    usageChunk: (usage) => JSON.stringify({ ...head, choices: [], usage: jsonUsage(usage) }),
    whole: (outputs, usage) => ({
      ...head,
      choices: lazyMap(outputs, ({ events }, index) => {
        const text = (echoOf(index)?.text ?? "") + textOfAll(events, outputText);
        const first = events.at(0);
        const tokens = echoedTokens(index, first);
        return {
          ...choiceOf({ index, place: new TextPlace() }, text, events, tokens),
          ...(promptLogprobs !== undefined && jsonPromptLogprobs(first, tokenizer, promptLogprobs)),
        };
      }),
      usage: jsonUsage(usage),
    }),
  };
}

/** The texts of all events. */
export function textOfAll(events: Iterable<TokenEvent>, textOfOne: (event: TokenEvent) => string): string {
  let text = "";
  for (const event of events) text += textOfOne(event);
  return text;
}

/** The event's text, with the text that ended it if it is to be kept. */
export function textOf({ text, stopReason, stopText }: TokenEvent, keepsStop: boolean): string {
  const ending = stopText ?? stopReason;
  return keepsStop && typeof ending === "string" ? text + ending : text;
}

function* enclosed(head: string, pieces: Iterable<string>, tail: string): Generator<string, void> {
  yield head;
  yield* pieces;
  yield tail;
}
