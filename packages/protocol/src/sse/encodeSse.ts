/** Server-sent events as text (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
import { checkInteger, checkOptions, checkString } from "@tokenmill/check";
import { checkRecord } from "../json/checkRecord.ts";
import { encodeJson } from "../json/encodeJson.ts";
import type { WireEvent } from "../wireEvent.ts";
import { formatEventId } from "./eventId.ts";

export interface SseFields {
  /** What a client that comes back sends as `Last-Event-ID`. One line. */
  id?: string;
  /** Name of the event; absent: `message`. One line. */
  event?: string;
  data: string;
  /** Milliseconds that a client waits before it comes back, integer ≥ 0. */
  retryMs?: number;
}

const known = ["id", "event", "data", "retryMs"] as const satisfies (keyof SseFields)[];

/** @throws TypeError, RangeError for unknown fields and wrong values, and if `id` or `event` holds a line break. */
export function encodeSse(fields: SseFields): string {
  checkOptions("fields", fields, known, "field of a server-sent event");
  const { id, event, data, retryMs } = fields;
  checkString("data", data);
  if (retryMs !== undefined) checkInteger("retryMs", retryMs, { min: 0, max: Number.MAX_SAFE_INTEGER });
  let text = "";
  if (event !== undefined) text += `event: ${oneLine("event", event)}\n`;
  if (id !== undefined) text += `id: ${oneLine("id", id)}\n`;
  if (retryMs !== undefined) text += `retry: ${retryMs}\n`;
  const lines = /[\r\n]/.test(data) ? data.split(/\r\n|\r|\n/).join("\ndata: ") : data;
  return `${text}data: ${lines}\n\n`;
}

/** A line that clients skip, to keep a connection open. */
export function encodeSseComment(comment: string): string {
  return `: ${oneLine("comment", comment)}\n\n`;
}

/** The event as JSON data with `id: <sequence>:<index>`; an error is named `error` and has no id. */
export function encodeSseEvent(event: WireEvent): string {
  const data = encodeJson(checkRecord("event", event));
  if (event.finishReason === "error") return encodeSse({ event: "error", data });
  return encodeSse({ id: formatEventId(event), data });
}

function oneLine(name: string, value: string): string {
  checkString(name, value);
  if (/[\r\n\0]/.test(value)) throw new RangeError(`"${name}" expected one line, got ${JSON.stringify(value)}`);
  return value;
}
