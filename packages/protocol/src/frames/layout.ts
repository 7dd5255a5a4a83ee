/**
 * Frames: a stream of events as bytes. Each frame is
 *   byte 0    0xC1, which never begins a MessagePack value
 *   byte 1    `frameVersion`
 *   byte 2–5  length of the payload in bytes, big-endian
 *   payload   one MessagePack array: the record's kind, then its fields by position, null where absent
 * Frames stand alone: files may be cut between two frames, and joined. A new field position or kind is a new version.
 */
import type { SequenceErrorEvent, TokenEvent } from "@tokenmill/contracts";

export const frameMagic = 0xc1;
export const frameVersion = 1;
export const frameHeaderBytes = 6;

export const kindToken = 0;
export const kindError = 1;

/** Fields by position behind the kind; one more position holds a map of all fields that are not among them. */
export const tokenFields: readonly (keyof TokenEvent)[] = [
  "sequenceId",
  "index",
  "tokenId",
  "text",
  "logprob",
  "rank",
  "topLogprobs",
  "finishReason",
  "stopReason",
  "usage",
];

export const errorFields: readonly (keyof SequenceErrorEvent)[] = ["sequenceId", "finishReason", "error"];
