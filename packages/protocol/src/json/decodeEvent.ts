/**
 * A value from the wire as an event: 64-bit ids and special logprobs revived, every field that readers rely on checked.
 * Fields that are not known pass through unchanged.
 */
import type { PromptTokenLogprob, SequenceErrorEvent, TokenEvent, TokenLogprob } from "@tokenmill/contracts";
import { show } from "@tokenmill/check";
import { ProtocolError } from "../errors.ts";
import type { WireEvent } from "../wireEvent.ts";
import { reviveInteger, reviveNumber } from "./revive.ts";

type Fields = Record<string, unknown>;

/** @throws ProtocolError `invalid` naming the field. */
export function decodeEvent(value: unknown): WireEvent {
  const event = { ...fieldsOf("event", value) };
  event["sequenceId"] = sequenceIdOf(event["sequenceId"]);
  return event["finishReason"] === "error" ? errorEventOf(event) : tokenEventOf(event);
}

function tokenEventOf(event: Fields): TokenEvent {
  check("index", "integer ≥ 0", event["index"], isCount);
  check("tokenId", "integer ≥ 0", event["tokenId"], isCount);
  check("text", "string", event["text"], isString);
  if (event["logprob"] !== undefined) event["logprob"] = logprobOf("logprob", event["logprob"]);
  if (event["rank"] !== undefined) check("rank", "integer ≥ 0", event["rank"], isCount);
  for (const name of ["topLogprobs", "namedLogprobs"]) {
    if (event[name] !== undefined) event[name] = tokenLogprobsOf(name, event[name]);
  }
  const { samplingMask, samplingLogprob } = event;
  if (samplingMask !== undefined) check("samplingMask", '"all" or array of token ids', samplingMask, isMask);
  if (samplingLogprob !== undefined) event["samplingLogprob"] = logprobOf("samplingLogprob", samplingLogprob);
  if (event["promptLogprobs"] !== undefined) event["promptLogprobs"] = promptLogprobsOf(event["promptLogprobs"]);
  const { passedBan, finishReason, stopReason, stopText, usage } = event;
  if (passedBan !== undefined) check("passedBan", "string", passedBan, isString);
  if (finishReason !== undefined)
    check("finishReason", `"stop", "length", "repetition" or "error"`, finishReason, isFinishReason);
  if (stopReason !== undefined && !isString(stopReason)) check("stopReason", "string or token id", stopReason, isCount);
  if (stopText !== undefined) check("stopText", "string", stopText, isString);
  if (usage !== undefined) {
    const { promptTokens, completionTokens } = fieldsOf("usage", usage);
    check("usage.promptTokens", "integer ≥ 0", promptTokens, isCount);
    check("usage.completionTokens", "integer ≥ 0", completionTokens, isCount);
  }
  return event as unknown as TokenEvent;
}

function errorEventOf(event: Fields): SequenceErrorEvent {
  const { code, message } = fieldsOf("error", event["error"]);
  check("error.code", "string", code, isString);
  check("error.message", "string", message, isString);
  return event as unknown as SequenceErrorEvent;
}

function sequenceIdOf(value: unknown): number | bigint {
  const id = reviveInteger(value);
  if (typeof id === "bigint" ? id >= 0n && id < 1n << 64n : isCount(id)) return id as number | bigint;
  return invalid("sequenceId", "integer in [0, 2^64)", value);
}

function tokenLogprobsOf(name: string, value: unknown): TokenLogprob[] {
  if (!Array.isArray(value)) return invalid(name, "array", value);
  return value.map((entry, i) => tokenLogprobOf(`${name}[${i}]`, entry));
}

function promptLogprobsOf(value: unknown): (PromptTokenLogprob | null)[] {
  if (!Array.isArray(value)) return invalid("promptLogprobs", "array", value);
  return value.map((entry, i) => {
    if (entry === null) return null;
    const name = `promptLogprobs[${i}]`;
    const { rank, topLogprobs, ...token } = fieldsOf(name, entry);
    check(`${name}.rank`, "integer ≥ 0", rank, isCount);
    const scored = { ...tokenLogprobOf(name, token), rank: rank as number };
    if (topLogprobs === undefined) return scored;
    return { ...scored, topLogprobs: tokenLogprobsOf(`${name}.topLogprobs`, topLogprobs) };
  });
}

function tokenLogprobOf(name: string, value: unknown): TokenLogprob {
  const { tokenId, logprob, text, ...others } = fieldsOf(name, value);
  check(`${name}.tokenId`, "integer ≥ 0", tokenId, isCount);
  if (text !== undefined) check(`${name}.text`, "string", text, isString);
  const entry = { tokenId: tokenId as number, logprob: logprobOf(`${name}.logprob`, logprob), ...others };
  return text === undefined ? entry : { ...entry, text: text as string };
}

function logprobOf(name: string, value: unknown): number {
  const logprob = reviveNumber(value);
  return typeof logprob === "number" ? logprob : invalid(name, "number", value);
}

function fieldsOf(name: string, value: unknown): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return invalid(name, "an object", value);
  return value as Fields;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isString(value: unknown): boolean {
  return typeof value === "string";
}

function isMask(value: unknown): boolean {
  return value === "all" || (Array.isArray(value) && value.every(isCount));
}

function isFinishReason(value: unknown): boolean {
  return value === "stop" || value === "length" || value === "repetition";
}

function check(name: string, expected: string, value: unknown, accepts: (value: unknown) => boolean): void {
  if (!accepts(value)) invalid(name, expected, value);
}

function invalid(name: string, expected: string, value: unknown): never {
  throw new ProtocolError("invalid", `"${name}" expected ${expected}, got ${show(value)}`);
}
