/**
 * What a client of a stream has: `<sequence>:<index>` of the last event and, where the stream has several outputs, how many
 * events of each, as in `7:3;4,4,3`. Outputs come as they are made, so one place alone would not say it.
 */
import { parseEventId } from "@tokenmill/protocol";

export interface EventPlace {
  readonly sequenceId: number | bigint;
  /** Events of each output that have come, by choice. */
  readonly counts: readonly number[];
}

/** @param counts with the event itself */
export function formatPlace(sequenceId: number | bigint, index: number, counts: readonly number[]): string {
  const place = `${sequenceId}:${index}`;
  return counts.length > 1 ? `${place};${counts.join(",")}` : place;
}

/** Undefined if the text is no such place in a stream of that many outputs. */
export function parsePlace(text: string, outputs: number): EventPlace | undefined {
  const [place = "", all, ...rest] = text.split(";");
  const id = parseEventId(place);
  if (!id || rest.length > 0) return undefined;
  if (outputs === 1) return all === undefined ? { sequenceId: id.sequenceId, counts: [id.index + 1] } : undefined;
  if (!all || !/^\d{1,9}(?:,\d{1,9})*$/.test(all)) return undefined;
  const counts = all.split(",").map(Number);
  return counts.length === outputs ? { sequenceId: id.sequenceId, counts } : undefined;
}
