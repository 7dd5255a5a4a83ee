/** One JSON value per line, each line ended by a line feed. */
import { checkString, messageOf } from "@tokenmill/check";
import type { GenerateRequest } from "@tokenmill/core";
import { ProtocolError } from "../errors.ts";
import type { WireEvent } from "../wireEvent.ts";
import { checkRecord } from "./checkRecord.ts";
import { decodeEvent } from "./decodeEvent.ts";
import { decodeRequest, exactRequest } from "./decodeRequest.ts";
import { encodeJson } from "./encodeJson.ts";

/** The event as a line, line feed included. */
export function encodeNdjson(event: WireEvent): string {
  return `${encodeJson(checkRecord("event", event))}\n`;
}

/** The event in a line, with or without its line feed. @throws ProtocolError `damaged`, `invalid` */
export function decodeNdjson(line: string): WireEvent {
  return decodeEvent(parse(line));
}

/** The request as a line, line feed included. */
export function encodeNdjsonRequest(request: GenerateRequest): string {
  return `${encodeJson(checkRecord("request", request))}\n`;
}

/** The request in a line; its fields' ranges are checked when it is opened. @throws ProtocolError `damaged`, `invalid` */
export function decodeNdjsonRequest(line: string): GenerateRequest {
  return decodeRequest(exactRequest(parse(line), line));
}

function parse(line: string): unknown {
  checkString("line", line);
  try {
    return JSON.parse(line);
  } catch (cause) {
    const reason = messageOf(cause);
    throw new ProtocolError("damaged", `line expected JSON: ${reason}`, { cause });
  }
}
