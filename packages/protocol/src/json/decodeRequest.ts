/** A value from the wire as a request: 64-bit numbers and -Infinity revived. Ranges are checked where it is opened. */
import type { GenerateRequest } from "@tokenmill/core";
import { show } from "@tokenmill/check";
import { ProtocolError } from "../errors.ts";
import { checkPlace, exactIntegers } from "./exactIntegers.ts";
import { reviveInteger, reviveNumber } from "./revive.ts";

/** Fields of 64 bits. */
const exactFields = ["sequenceId", "randomStreamId", "seed"];

/** @throws ProtocolError `invalid` unless it is an object. */
export function decodeRequest(value: unknown): GenerateRequest {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ProtocolError("invalid", `"request" expected an object, got ${show(value)}`);
  }
  // JSON has no undefined: null is "not given".
  const request: Record<string, unknown> = Object.fromEntries(
    Object.entries(value).filter(([, field]) => field !== null),
  );
  for (const name of exactFields) {
    if (request[name] !== undefined) request[name] = reviveInteger(request[name]);
  }
  const bias = request["logitBias"];
  if (typeof bias === "object" && bias !== null && !Array.isArray(bias)) {
    request["logitBias"] = Object.fromEntries(Object.entries(bias).map(([id, value]) => [id, reviveNumber(value)]));
  }
  return request;
}

/** A request that JSON text was parsed to, its integers of 64 bits as they were written; `depth`: see `exactIntegers`. @throws TypeError, RangeError */
export function exactRequest(value: unknown, text: string, depth = 1): unknown {
  checkPlace(text, depth);
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? exactIntegers(value as Record<string, unknown>, text, exactFields, depth) : value;
}
