/** Lines of OpenAI's batches: a request in, a result out. */
import { createHash } from "node:crypto";
import { messageOf, show } from "@tokenmill/check";
import { isRecord } from "../bodies/bodyFields.ts";
import { type EndpointPath, endpoints } from "../generation/endpoints.ts";
import type { BatchItem, BatchSettings } from "@tokenmill/core";
import { seededBody } from "./seededBody.ts";

/** Paths that requests may name. */
const batchPaths: readonly string[] = Object.keys(endpoints);

export interface BatchRequest {
  readonly customId: string;
  readonly path: EndpointPath;
  /** JSON text, with a seed. */
  readonly body: string;
}

/** Why a line is none. */
export class LineError extends Error {
  readonly customId: string | null;

  constructor(message: string, customId: string | null = null) {
    super(message);
    this.name = "LineError";
    this.customId = customId;
  }
}

/** @throws LineError */
export function readRequest({ text, number }: BatchItem, { seed, path }: BatchSettings): BatchRequest {
  if (text === null) throw new LineError("the line expected UTF-8, got other bytes");
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch (error) {
    throw new LineError(`the line expected JSON: ${messageOf(error)}`);
  }
  if (!isRecord(line)) throw new LineError(`the line expected a JSON object, got ${show(line)}`);
  const { custom_id: id, method = "POST", url, body } = line;
  if (typeof id !== "string") throw new LineError(`"custom_id" expected string, got ${show(id)}`);
  const refuse = (name: string, expected: string, value: unknown): never => {
    throw new LineError(`"${name}" expected ${expected}, got ${show(value)}`, id);
  };
  if (method !== "POST") refuse("method", '"POST"', method);
  const paths = path === undefined ? batchPaths : [path];
  if (typeof url !== "string" || !paths.includes(url)) refuse("url", paths.join(" or "), url);
  if (!isRecord(body)) return refuse("body", "a JSON object", body);
  if (body["stream"] === true) refuse("body.stream", "false", true);
  const seeded = seededBody(text, body, seedOf(seed, number));
  return { customId: id, path: url as EndpointPath, body: seeded };
}

/** 53 bits of the batch's seed and the line's number. */
function seedOf(seed: string, number: number): number {
  const hash = createHash("sha256").update(`${seed}:${number}`).digest();
  return Number(hash.readBigUInt64LE() >> 11n);
}

/** What a result's ids are made of: the same for the same line of the same batch. */
export function resultId({ number, text }: BatchItem): string {
  return createHash("sha256")
    .update(`${number}\n${text ?? ""}`)
    .digest("hex")
    .slice(0, 32);
}

/** @param body JSON text */
export function answerLine(id: string, customId: string, status: number, body: string): string {
  const head = `{"id":"batch_req_${id}","custom_id":${JSON.stringify(customId)},"response":`;
  return `${head}{"status_code":${status},"request_id":"req_${id}","body":${body}},"error":null}\n`;
}

export type LineErrorCode = "invalid_request" | "server_error" | "batch_expired";

export function errorLine(id: string, customId: string | null, code: LineErrorCode, message: string): string {
  const error = { code, message };
  return `${JSON.stringify({ id: `batch_req_${id}`, custom_id: customId, response: null, error })}\n`;
}

const responseField = ',"response":';
const success = '{"status_code":200,';
const tokensField = '"completion_tokens":';

/** What a line of results says. A quote inside a string has a backslash before it: these fields are found without parsing. */
export function readResult(line: string): { readonly isFailed: boolean; readonly tokens: number } {
  const isFailed = !line.startsWith(success, line.indexOf(responseField) + responseField.length);
  const at = line.lastIndexOf(tokensField);
  return { isFailed, tokens: at < 0 ? 0 : Number.parseInt(line.slice(at + tokensField.length, at + 40), 10) };
}
