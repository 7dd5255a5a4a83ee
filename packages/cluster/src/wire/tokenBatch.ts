/** Consecutive events of one sequence, column by column: a token costs a few bytes, not an object with its names. */
import type { FinishReason, PromptTokenLogprob, TokenEvent, TokenLogprob, Usage } from "@tokenmill/core";

type Alternative = readonly [tokenId: number, logprob: number, text?: string];
type ScoredToken = readonly [
  ...token: [number, number, string | undefined],
  rank: number,
  top: Alternatives | undefined,
];
type PassedBan = readonly [place: number, text: string];
type Alternatives = readonly Alternative[];
type Mask = NonNullable<TokenEvent["samplingMask"]>;
type NamedToken = readonly [tokenId: number, text?: string];

export interface TokenBatch {
  /** Index of the first event. */
  readonly first: number;
  readonly tokenIds: readonly number[];
  readonly texts: readonly string[];
  readonly logprobs?: readonly number[];
  readonly ranks?: readonly number[];
  readonly top?: readonly Alternatives[];
  /** Tokens that the request names, with the texts that they have alone; and the log-probabilities of each event's. */
  readonly names?: readonly NamedToken[];
  readonly named?: readonly (readonly number[])[];
  /** Sampling masks, and the log-probabilities among them. */
  readonly masks?: readonly Mask[];
  readonly maskLogprobs?: readonly number[];
  /** Of the first event, if that is the sequence's. */
  readonly prompt?: readonly (ScoredToken | null)[];
  /** Of events that hold one: their place in the batch, and it. */
  readonly passed?: readonly PassedBan[];
  /** The last event is the sequence's last. */
  readonly end?: {
    readonly reason: FinishReason;
    readonly stop?: string | number;
    readonly stopText?: string;
    readonly usage?: Usage;
  };
}

/** All that an event holds: one that has more does not compile. */
const isCarried: Readonly<Record<keyof TokenEvent, true>> = {
  sequenceId: true,
  index: true,
  tokenId: true,
  text: true,
  logprob: true,
  rank: true,
  topLogprobs: true,
  namedLogprobs: true,
  samplingMask: true,
  samplingLogprob: true,
  promptLogprobs: true,
  passedBan: true,
  finishReason: true,
  stopReason: true,
  stopText: true,
  usage: true,
};
void isCarried;

/** A batch that grows. */
export interface MutableBatch extends TokenBatch {
  readonly tokenIds: number[];
  readonly texts: string[];
  readonly logprobs?: number[];
  readonly ranks?: number[];
  readonly top?: Alternatives[];
  passed?: PassedBan[];
  readonly named?: number[][];
  readonly masks?: Mask[];
  readonly maskLogprobs?: number[];
  end?: NonNullable<TokenBatch["end"]>;
}

export function newBatch(event: TokenEvent): MutableBatch {
  const { index, logprob, topLogprobs, namedLogprobs, samplingMask, promptLogprobs } = event;
  const batch: MutableBatch = {
    first: index,
    tokenIds: [],
    texts: [],
    ...(logprob !== undefined && { logprobs: [], ranks: [] }),
    ...(topLogprobs && { top: [] }),
    ...(namedLogprobs && { names: namedLogprobs.map(nameOf), named: [] }),
    ...(samplingMask && { masks: [], maskLogprobs: [] }),
    ...(promptLogprobs && { prompt: promptLogprobs.map(scoredOf) }),
  };
  appendTo(batch, event);
  return batch;
}

/** @param event the next one of the batch's sequence, with the fields that the first has */
export function appendTo(batch: MutableBatch, event: TokenEvent): void {
  batch.tokenIds.push(event.tokenId);
  batch.texts.push(event.text);
  batch.logprobs?.push(event.logprob!);
  batch.ranks?.push(event.rank!);
  batch.top?.push(alternativesOf(event.topLogprobs!));
  if (event.passedBan !== undefined) (batch.passed ??= []).push([batch.tokenIds.length - 1, event.passedBan]);
  batch.named?.push(event.namedLogprobs!.map(({ logprob }) => logprob));
  batch.masks?.push(event.samplingMask!);
  batch.maskLogprobs?.push(event.samplingLogprob!);
  if (event.finishReason === undefined) return;
  batch.end = {
    reason: event.finishReason,
    ...(event.stopReason !== undefined && { stop: event.stopReason }),
    ...(event.stopText !== undefined && { stopText: event.stopText }),
    ...(event.usage && { usage: event.usage }),
  };
}

/** @param index behind the first event: the rest begins there, and is undefined where nothing is left */
export function splitBatch(batch: MutableBatch, index: number): [MutableBatch, MutableBatch | undefined] {
  const { first, tokenIds, texts, logprobs, ranks, top, names, named, masks, maskLogprobs, prompt, end } = batch;
  const { passed = [] } = batch;
  const before = passed.filter(([place]) => place < index - first);
  const behind = passed.slice(before.length).map(([place, text]): PassedBan => [place - (index - first), text]);
  const count = index - first;
  if (count >= tokenIds.length) return [batch, undefined];
  const part = (from: number, to?: number): MutableBatch => ({
    first: first + from,
    tokenIds: tokenIds.slice(from, to),
    texts: texts.slice(from, to),
    ...(logprobs && { logprobs: logprobs.slice(from, to) }),
    ...(ranks && { ranks: ranks.slice(from, to) }),
    ...(top && { top: top.slice(from, to) }),
    ...(names && named && { names, named: named.slice(from, to) }),
    ...(masks && { masks: masks.slice(from, to) }),
    ...(maskLogprobs && { maskLogprobs: maskLogprobs.slice(from, to) }),
  });
  return [
    { ...part(0, count), ...(prompt && { prompt }), ...(before.length > 0 && { passed: before }) },
    { ...part(count), ...(behind.length > 0 && { passed: behind }), ...(end && { end }) },
  ];
}

/** Event `first + i`, as it was. */
export function eventOf(batch: TokenBatch, i: number, sequenceId: number | bigint): TokenEvent {
  const { first, tokenIds, texts, logprobs, ranks, top, names, named, masks, maskLogprobs, prompt, passed, end } =
    batch;
  const event: TokenEvent = { sequenceId, index: first + i, tokenId: tokenIds[i]!, text: texts[i]! };
  if (logprobs) {
    event.logprob = logprobs[i]!;
    event.rank = ranks![i]!;
  }
  if (top) event.topLogprobs = top[i]!.map(alternativeIn);
  if (names) event.namedLogprobs = names.map((name, k) => namedIn(name, named![i]![k]!));
  if (masks) {
    event.samplingMask = masks[i]!;
    event.samplingLogprob = maskLogprobs![i]!;
  }
  if (prompt && i === 0) event.promptLogprobs = prompt.map(scoredIn);
  const passedBan = passed?.find(([place]) => place === i);
  if (passedBan) event.passedBan = passedBan[1];
  if (end && i === tokenIds.length - 1) {
    event.finishReason = end.reason;
    if (end.stop !== undefined) event.stopReason = end.stop;
    if (end.stopText !== undefined) event.stopText = end.stopText;
    if (end.usage) event.usage = end.usage;
  }
  return event;
}

/** Roughly what an event takes in a batch. */
export function sizeBytesOf(event: TokenEvent): number {
  const { text, topLogprobs, namedLogprobs, samplingMask, promptLogprobs, passedBan = "" } = event;
  const named = 9 * (namedLogprobs?.length ?? 0);
  const mask = samplingMask ? 9 + 5 * samplingMask.length : 0;
  const prompt = promptLogprobs?.reduce((sum, token) => sum + 32 + 24 * (token?.topLogprobs?.length ?? 0), 0) ?? 0;
  return 16 + 3 * (text.length + passedBan.length) + 24 * (topLogprobs?.length ?? 0) + named + mask + prompt;
}

function alternativesOf(tokens: readonly TokenLogprob[]): Alternative[] {
  return tokens.map(({ tokenId, logprob, text }) =>
    text === undefined ? [tokenId, logprob] : [tokenId, logprob, text],
  );
}

function nameOf({ tokenId, text }: TokenLogprob): NamedToken {
  return text === undefined ? [tokenId] : [tokenId, text];
}

function namedIn([tokenId, text]: NamedToken, logprob: number): TokenLogprob {
  return text === undefined ? { tokenId, logprob } : { tokenId, logprob, text };
}

function alternativeIn([tokenId, logprob, text]: Alternative): TokenLogprob {
  return text === undefined ? { tokenId, logprob } : { tokenId, logprob, text };
}

function scoredOf(token: PromptTokenLogprob | null): ScoredToken | null {
  if (token === null) return null;
  const { tokenId, logprob, text, rank, topLogprobs } = token;
  return [tokenId, logprob, text, rank, topLogprobs && alternativesOf(topLogprobs)];
}

function scoredIn(token: ScoredToken | null): PromptTokenLogprob | null {
  if (token === null) return null;
  const [tokenId, logprob, text, rank, top] = token;
  return {
    tokenId,
    logprob,
    ...(text !== undefined && text !== null && { text }),
    rank,
    ...(top && { topLogprobs: top.map(alternativeIn) }),
  };
}
