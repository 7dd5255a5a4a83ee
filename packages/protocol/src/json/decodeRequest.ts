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
  if (!isObject(value)) {
    throw new ProtocolError("invalid", `"request" expected an object, got ${show(value)}`);
  }
  const request = withoutNulls(value);
  for (const name of exactFields) {
    if (request[name] !== undefined) request[name] = reviveInteger(request[name]);
  }
  reviveBias(request);
  const { phases } = request;
  if (Array.isArray(phases)) request["phases"] = phases.map(revivePhase);
  return request;
}

function reviveBias(params: Record<string, unknown>): void {
  const bias = params["logitBias"];
  if (!isObject(bias)) return;
  params["logitBias"] = Object.fromEntries(Object.entries(bias).map(([id, value]) => [id, reviveNumber(value)]));
}

function revivePhase(phase: unknown): unknown {
  const given = isObject(phase) ? phase["params"] : undefined;
  if (!isObject(given)) return phase;
  const params = withoutNulls(given);
  reviveBias(params);
  return { ...(phase as object), params };
}

/** A request that JSON text was parsed to, its integers of 64 bits as they were written; `depth`: see `exactIntegers`. @throws TypeError, RangeError */
export function exactRequest(value: unknown, text: string, depth = 1): unknown {
  checkPlace(text, depth);
  return isObject(value) ? exactIntegers(value, text, exactFields, depth) : value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** JSON has no undefined: null is "not given". */
function withoutNulls(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null));
}
