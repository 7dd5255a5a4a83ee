/** What a client may say on a token-stream connection. */
import type { GenerateRequest } from "@tokenmill/core";
import { checkInteger, refuse, refuseUnknown } from "@tokenmill/check";
import { decodeRequest } from "@tokenmill/protocol";
import { isRecord } from "../bodies/bodyFields.ts";

/** `id` is the client's own name for the sequence on this connection. */
export type ClientMessage =
  | {
      readonly type: "open";
      readonly id: string;
      readonly request: GenerateRequest;
      /** Events that may be sent; absent: as many as the connection takes. */
      readonly credits: number | undefined;
    }
  | { readonly type: "credit"; readonly id: string; readonly credits: number }
  | { readonly type: "pause" | "resume" | "cancel"; readonly id: string };

const fields = {
  open: ["type", "id", "request", "credits"],
  credit: ["type", "id", "credits"],
  pause: ["type", "id"],
  resume: ["type", "id"],
  cancel: ["type", "id"],
} as const;
const messageTypes = ["open", "credit", "pause", "resume", "cancel"] as const;

const mostCredits = 2 ** 31 - 1;

/** The message's id if it has one, for the answer to a message that is wrong. */
export function idOf(value: unknown): string | undefined {
  return isRecord(value) && typeof value["id"] === "string" ? value["id"] : undefined;
}

/** @throws TypeError, RangeError, ProtocolError naming the field. */
export function checkClientMessage(value: unknown): ClientMessage {
  if (!isRecord(value)) return refuse("message", "an object", value, true);
  const { type, id, credits: given, request } = value;
  // JSON has no undefined: null is "not given".
  const credits = given ?? undefined;
  const known = messageTypes.find((one) => one === type);
  if (known === undefined) return refuse("type", `one of ${messageTypes.join(", ")}`, type, typeof type !== "string");
  refuseUnknown(Object.keys(value), fields[known], `field of "${known}"`);
  if (typeof id !== "string" || id.length === 0 || id.length > 128) {
    refuse("id", "string of 1 to 128 characters", id, typeof id !== "string");
  }
  switch (known) {
    case "open": {
      const first = credits === undefined ? undefined : checkInteger("credits", credits, { min: 0, max: mostCredits });
      return { type: known, id, request: decodeRequest(request), credits: first };
    }
    case "credit":
      return { type: known, id, credits: checkInteger("credits", credits, { min: 1, max: mostCredits }) };
    case "pause":
    case "resume":
    case "cancel":
      return { type: known, id };
    default:
      return known satisfies never;
  }
}
