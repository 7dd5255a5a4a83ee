/** Events that hold no more than a token and its text, of any sequences, in one flat list: that is nearly all that is sent. */
import type { TokenEvent } from "@tokenmill/core";

/** Reader, claim's epoch, index, token id and text of each event. */
export type PlainEvents = (number | string)[];

export const plainEventLength = 5;

export function isPlain({ logprob, samplingMask, promptLogprobs, passedBan, finishReason }: TokenEvent): boolean {
  const hasMore = logprob !== undefined || samplingMask !== undefined || promptLogprobs !== undefined;
  return !hasMore && passedBan === undefined && finishReason === undefined;
}

export function pushPlain(events: PlainEvents, reader: number, epoch: number, event: TokenEvent): void {
  events.push(reader, epoch, event.index, event.tokenId, event.text);
}

/** @param at a multiple of `plainEventLength` */
export function plainEventAt(events: PlainEvents, at: number, sequenceId: number | bigint): TokenEvent {
  const [index, tokenId, text] = [events[at + 2], events[at + 3], events[at + 4]] as [number, number, string];
  return { sequenceId, index, tokenId, text };
}
