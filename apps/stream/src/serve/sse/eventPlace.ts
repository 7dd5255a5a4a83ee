/**
 * The place in a stream, as `id:` lines and `Last-Event-ID` carry it: `<sequence>:<index>`. The number before the colon says
 * all that any server needs to go on after it, so nothing of a stream is kept: tokens are a function of the request, the
 * seed and the number of the output; they are generated again, and those that the client has are left out.
 *
 * `<sequence>` is, from the lowest bit up: 64 bits of the first of the stream's sequence ids, one that says whether the seed
 * follows, 64 of the seed if the request's body has none, 64 of a digest of the request. Where there are several outputs,
 * `;` and how many events of each have come stand behind the index, as in `…:3;4,4,3`: outputs come as they are made, so one
 * place alone would not say it.
 */

/** What the events of a stream have in common. */
export interface StreamKey {
  /** The first of its sequences. */
  readonly sequenceId: number | bigint;
  /** Of the request and of what else its tokens follow from: 64 bits. */
  readonly digest: bigint;
  /** Undefined: the request has one of its own. */
  readonly seed: number | bigint | undefined;
}

export interface EventPlace extends StreamKey {
  /** Events of each output that have come, by choice. */
  readonly counts: readonly number[];
}

const wordBits = 64n;
const word = (bits: bigint): bigint => BigInt.asUintN(Number(wordBits), bits);

/** The number that names a stream in its events. */
export function streamNumber({ sequenceId, digest, seed }: StreamKey): string {
  const withSeed = seed === undefined ? digest << 1n : (((digest << wordBits) | word(BigInt(seed))) << 1n) | 1n;
  return String((withSeed << wordBits) | word(BigInt(sequenceId)));
}

/** @param counts with the event itself */
export function formatPlace(stream: string, index: number, counts: readonly number[]): string {
  const place = `${stream}:${index}`;
  return counts.length > 1 ? `${place};${counts.join(",")}` : place;
}

/** Undefined if the text is no such place in a stream of that many outputs, with a seed of the server's or without. */
export function parsePlace(text: string, outputs: number, isSeeded: boolean): EventPlace | undefined {
  const [, stream, index, all] = /^(\d{1,60}):(\d{1,9})(?:;(\d{1,9}(?:,\d{1,9})*))?$/.exec(text) ?? [];
  if (stream === undefined) return undefined;
  const counts = all?.split(",").map(Number) ?? [Number(index) + 1];
  if (counts.length !== outputs || (all !== undefined) !== outputs > 1) return undefined;
  const bits = BigInt(stream);
  const hasSeed = ((bits >> wordBits) & 1n) === 1n;
  let rest = bits >> (wordBits + 1n);
  const seed = hasSeed ? word(rest) : undefined;
  if (hasSeed) rest >>= wordBits;
  if (hasSeed === isSeeded || rest !== word(rest)) return undefined;
  return { sequenceId: word(bits), digest: rest, seed, counts };
}
