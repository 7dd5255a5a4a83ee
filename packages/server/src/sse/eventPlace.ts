/**
 * The place in a stream, as `id:` lines and `Last-Event-ID` carry it: `<sequence>:<index>:<seal>`. It says all that any
 * server needs to go on after it, so nothing of a stream is kept: tokens are a function of the request, the seed and the
 * number of the output; they are generated again, and those that the client has are left out.
 *
 * `<sequence>` is, from the lowest bit up: 64 bits of the first of the stream's sequence ids, 64 random ones of the
 * connection, one that says whether the seed follows, 64 of the seed if the request's body has none. Where there are several
 * outputs, `;` and how many events of each have come stand behind the index, as in `…:3;4,4,3:…`: outputs come as they are
 * made, so one place alone would not say it. The seal covers every character before it, the request and the server.
 */
import type { PlaceSeal } from "./placeSeal.ts";

/** What the events of a connection have in common. */
export interface StreamKey {
  /** The first of its sequences. */
  readonly sequenceId: number | bigint;
  /** Random: no other connection has it, before or after a restart. */
  readonly connection: bigint;
  /** Undefined: the request has one of its own. */
  readonly seed: number | bigint | undefined;
}

export interface EventPlace extends StreamKey {
  /** Events of each output that have come, by choice. */
  readonly counts: readonly number[];
}

const wordBits = 64n;
const word = (bits: bigint): bigint => BigInt.asUintN(Number(wordBits), bits);

/** The number that names a connection's stream in its events. */
export function streamNumber({ sequenceId, connection, seed }: StreamKey): string {
  const seedBits = seed === undefined ? 0n : (word(BigInt(seed)) << 1n) | 1n;
  return String((((seedBits << wordBits) | word(connection)) << wordBits) | word(BigInt(sequenceId)));
}

/** The first of a stream's sequence ids, by its number; undefined: that is none. */
export function sequenceOfStream(stream: string): number | undefined {
  if (!/^\d{1,60}$/.test(stream)) return undefined;
  const sequenceId = word(BigInt(stream));
  return sequenceId <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(sequenceId) : undefined;
}

/** @param counts with the event itself */
export function formatPlace(seal: PlaceSeal, stream: string, index: number, counts: readonly number[]): string {
  const place = `${stream}:${index}`;
  return seal.close(counts.length > 1 ? `${place};${counts.join(",")}` : place);
}

/** Undefined: not a place in a stream of this request by this server, or changed since. */
export function parsePlace(seal: PlaceSeal, text: string): EventPlace | undefined {
  const place = seal.open(text);
  const [, stream, index, all] = /^(\d+):(\d+)(?:;([\d,]+))?$/.exec(place ?? "") ?? [];
  if (stream === undefined) return undefined;
  const bits = BigInt(stream);
  const seedBits = bits >> (2n * wordBits);
  return {
    sequenceId: word(bits),
    connection: word(bits >> wordBits),
    seed: seedBits === 0n ? undefined : seedBits >> 1n,
    counts: all?.split(",").map(Number) ?? [Number(index) + 1],
  };
}
