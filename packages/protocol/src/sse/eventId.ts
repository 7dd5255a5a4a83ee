/** `<sequence>:<index>`: the place of a token, as `id:` lines and `Last-Event-ID` carry it. */

import { checkInteger, checkString, checkUint64 } from "@tokenmill/check";
import { checkRecord } from "../json/checkRecord.ts";

export interface EventId {
  sequenceId: number | bigint;
  index: number;
}

/** Other fields of the value are not its own: an event has its place too. @throws TypeError, RangeError */
export function formatEventId(place: Readonly<EventId>): string {
  const { sequenceId, index } = checkRecord("place", place);
  checkUint64("sequenceId", sequenceId);
  checkInteger("index", index, { min: 0, max: 999_999_999 });
  return `${sequenceId}:${index}`;
}

/** Undefined if the text is no such id. @throws TypeError for what is no text */
export function parseEventId(text: string): EventId | undefined {
  checkString("text", text);
  const [, sequence, position] = /^(\d{1,20}):(\d{1,9})$/.exec(text) ?? [];
  if (sequence === undefined || position === undefined) return undefined;
  const bits = BigInt(sequence);
  if (bits >= 1n << 64n) return undefined;
  const sequenceId = bits <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(bits) : bits;
  return { sequenceId, index: Number(position) };
}
