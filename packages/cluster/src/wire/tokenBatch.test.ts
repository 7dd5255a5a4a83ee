import type { TokenEvent } from "@tokenmill/core";
import { expect, it } from "vitest";
import { appendTo, eventOf, newBatch, splitBatch, type TokenBatch } from "./tokenBatch.ts";

const event = (i: number): TokenEvent => ({
  sequenceId: 7,
  index: 3 + i,
  tokenId: 10 * i,
  text: `t${i}`,
  logprob: -i,
  rank: i,
  topLogprobs: [{ tokenId: i, logprob: -1, text: "x" }],
  namedLogprobs: [
    { tokenId: 9, logprob: -i, text: "nine" },
    { tokenId: 4, logprob: -Infinity },
  ],
  samplingMask: i === 1 ? "all" : [3, 10 * i],
  samplingLogprob: -i / 2,
  ...(i === 0 && {
    promptLogprobs: [null, { tokenId: 1, logprob: -2, rank: 3, topLogprobs: [{ tokenId: 2, logprob: -1 }] }],
  }),
  ...(i === 4 && {
    finishReason: "stop" as const,
    stopReason: "end?",
    stopText: "en",
    usage: { promptTokens: 1, completionTokens: 5 },
  }),
});
const plain = (i: number): TokenEvent => ({ sequenceId: 7, index: 3 + i, tokenId: 10 * i, text: `t${i}` });
const eventsOf = (batch: TokenBatch | undefined): TokenEvent[] =>
  batch ? batch.tokenIds.map((_, i) => eventOf(batch, i, 7)) : [];

it.each([
  ["all their fields", event],
  ["a token and its text", plain],
])("events with %s are the same in a batch, wherever it is split", (_, make) => {
  const events = [0, 1, 2, 3, 4].map(make);
  for (let at = 1; at <= events.length; at++) {
    const batch = newBatch(events[0]!);
    for (const each of events.slice(1)) appendTo(batch, each);
    const [taken, rest] = splitBatch(batch, 3 + at);
    expect(eventsOf(taken)).toEqual(events.slice(0, at));
    expect(eventsOf(rest)).toEqual(events.slice(at));
  }
});
