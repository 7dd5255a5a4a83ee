/** `<sequence>:<index>`: the place of a token, as `id:` lines and `Last-Event-ID` carry it. */

export interface EventId {
  sequenceId: number | bigint;
  index: number;
}

export function formatEventId({ sequenceId, index }: Readonly<EventId>): string {
  return `${sequenceId}:${index}`;
}

/** Undefined if the text is no such id. */
export function parseEventId(text: string): EventId | undefined {
  const [, sequence, position] = /^(\d{1,20}):(\d{1,9})$/.exec(text) ?? [];
  if (sequence === undefined || position === undefined) return undefined;
  const bits = BigInt(sequence);
  if (bits >= 1n << 64n) return undefined;
  const sequenceId = bits <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(bits) : bits;
  return { sequenceId, index: Number(position) };
}
