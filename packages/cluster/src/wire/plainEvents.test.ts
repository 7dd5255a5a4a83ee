import type { TokenEvent } from "@tokenmill/core";
import { expect, it } from "vitest";
import { isPlain, type PlainEvents, plainEventAt, plainEventLength, pushPlain } from "./plainEvents.ts";

const plain = { sequenceId: 7, index: 3, tokenId: 10, text: "é" } satisfies TokenEvent;

/** A value of each further field, with the field that never comes without it; a new field of events needs a row. */
const further: Record<Exclude<keyof TokenEvent, keyof typeof plain>, Partial<TokenEvent>> = {
  logprob: { logprob: -1 },
  rank: { logprob: -1, rank: 1 },
  topLogprobs: { logprob: -1, topLogprobs: [] },
  namedLogprobs: { logprob: -1, namedLogprobs: [] },
  samplingMask: { samplingMask: "all" },
  samplingLogprob: { samplingMask: [1], samplingLogprob: 0 },
  promptLogprobs: { promptLogprobs: [null] },
  passedBan: { passedBan: "x" },
  finishReason: { finishReason: "length" },
  stopReason: { finishReason: "stop", stopReason: "x" },
  stopText: { finishReason: "stop", stopReason: "x+", stopText: "xx" },
  usage: { finishReason: "length", usage: { promptTokens: 1, completionTokens: 1 } },
};

it("an event of a token and its text is plain", () => {
  expect(isPlain(plain)).toBe(true);
});

it.each(Object.entries(further))("an event with %s is not plain", (_, values) => {
  expect(isPlain({ ...plain, ...values })).toBe(false);
});

it("plain events are the same behind a list, with their reader and epoch before them", () => {
  const events: PlainEvents = [];
  const others = [plain, { ...plain, index: 4, tokenId: 2 ** 24 - 1, text: "" }];
  others.forEach((event, at) => pushPlain(events, 5 + at, 9, event));
  expect(events).toHaveLength(2 * plainEventLength);
  others.forEach((event, at) => {
    expect(events.slice(at * plainEventLength, at * plainEventLength + 2)).toEqual([5 + at, 9]);
    expect(plainEventAt(events, at * plainEventLength, 7)).toEqual(event);
  });
});
