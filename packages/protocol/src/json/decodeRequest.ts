/** A value from the wire as a request: 64-bit numbers and -Infinity revived. Ranges are checked where it is opened. */
import type { GenerateRequest } from "@tokenmill/core";
import { show } from "@tokenmill/check";
import { ProtocolError } from "../errors.ts";
import { reviveInteger, reviveNumber } from "./revive.ts";

/** @throws ProtocolError `invalid` unless it is an object. */
export function decodeRequest(value: unknown): GenerateRequest {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ProtocolError("invalid", `"request" expected an object, got ${show(value)}`);
  }
  const request: Record<string, unknown> = { ...value };
  for (const name of ["sequenceId", "seed"]) {
    if (request[name] !== undefined) request[name] = reviveInteger(request[name]);
  }
  const bias = request["logitBias"];
  if (typeof bias === "object" && bias !== null && !Array.isArray(bias)) {
    request["logitBias"] = Object.fromEntries(Object.entries(bias).map(([id, value]) => [id, reviveNumber(value)]));
  }
  return request;
}
