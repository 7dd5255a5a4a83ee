/**
 * The place in a stream, as `id:` lines and `Last-Event-ID` carry it: `<sequence>:<index>;<request>`, with what any server
 * needs to go on after it. Nothing of it is kept: tokens are a function of the request, the seed and the number of the
 * output, so they are generated again, and those that the client has are left out.
 *
 * `<sequence>` is the first of the stream's sequences. Where there are several outputs, `;` and how many events of each have
 * come stand before the request, as in `7:3;4,4,3;<request>`: outputs come as they are made, so one place alone would not
 * say it. `<request>` is a digest and, unless the request's body has a seed, `.` and the seed that the stream has.
 */
import { parseEventId } from "@tokenmill/protocol";

/** What the events of a stream have in common. */
export interface StreamKey {
  /** The first of its sequences. */
  readonly sequenceId: number | bigint;
  /** Of the request and of what else its tokens follow from: letters, digits, - and _. */
  readonly digest: string;
  /** Undefined: the request has one of its own. */
  readonly seed: number | bigint | undefined;
}

export interface EventPlace extends StreamKey {
  /** Events of each output that have come, by choice. */
  readonly counts: readonly number[];
}

/** @param counts with the event itself */
export function formatPlace({ sequenceId, digest, seed }: StreamKey, index: number, counts: readonly number[]): string {
  const all = counts.length > 1 ? `;${counts.join(",")}` : "";
  return `${sequenceId}:${index}${all};${digest}${seed === undefined ? "" : `.${seed}`}`;
}

/** Undefined if the text is no such place in a stream of that many outputs, with a seed of the server's or without. */
export function parsePlace(text: string, outputs: number, isSeeded: boolean): EventPlace | undefined {
  const parts = text.split(";");
  const id = parseEventId(parts[0]!);
  const [, digest, seed] = /^([\w-]{1,64})(?:\.(\d{1,20}))?$/.exec(parts.at(-1)!) ?? [];
  if (!id || digest === undefined || parts.length !== (outputs > 1 ? 3 : 2)) return undefined;
  if ((seed === undefined) !== isSeeded) return undefined;
  const counts = outputs > 1 ? countsIn(parts[1]!) : [id.index + 1];
  const bits = seed === undefined ? undefined : BigInt(seed);
  if (counts?.length !== outputs || (bits !== undefined && bits >= 1n << 64n)) return undefined;
  return { sequenceId: id.sequenceId, digest, seed: bits, counts };
}

function countsIn(text: string): number[] | undefined {
  return /^\d{1,9}(?:,\d{1,9})*$/.test(text) ? text.split(",").map(Number) : undefined;
}
