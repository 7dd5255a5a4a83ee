/** Lines of OpenAI's batches: a request in, a result out. */
import { createHash } from "node:crypto";
import { messageOf } from "@tokenmill/check";
import { parseSeeded } from "./seededBody.ts";

/** Paths that requests may name. */
const paths: readonly string[] = ["/v1/completions", "/v1/chat/completions"];

export interface BatchRequest {
  readonly customId: string | null;
  readonly path: string;
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

/**
 * @param number of the line among the requests, from 0
 * @throws LineError
 */
export function readRequest(text: string, number: number, seed: number | bigint): BatchRequest {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch (error) {
    throw new LineError(`the line is no JSON: ${messageOf(error)}`);
  }
  if (typeof line !== "object" || line === null || Array.isArray(line)) throw new LineError("the line is no object");
  const { custom_id: id, method = "POST", url, body } = line as Record<string, unknown>;
  if (typeof id !== "string") throw new LineError('"custom_id" expected string');
  if (method !== "POST") throw new LineError('"method" expected "POST"', id);
  if (typeof url !== "string" || !paths.includes(url)) throw new LineError(`"url" expected ${paths.join(" or ")}`, id);
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw new LineError('"body" expected an object', id);
  if ((body as Record<string, unknown>)["stream"] === true) throw new LineError('"body.stream" expected false', id);
  return { customId: id, path: url, body: parseSeeded(text, body as Record<string, unknown>, seedOf(seed, number)) };
}

/** 53 bits of the batch's seed and the line's number. */
function seedOf(seed: number | bigint, number: number): number {
  const hash = createHash("sha256").update(`${seed}:${number}`).digest();
  return Number(hash.readBigUInt64LE() >> 11n);
}

/** What a result's ids are made of: the same for the same line of the same batch. */
export function resultId(text: string, number: number): string {
  return createHash("sha256").update(`${number}\n${text}`).digest("hex").slice(0, 32);
}

export function answerLine(id: string, customId: string | null, status: number, body: Record<string, unknown>): string {
  const response = { status_code: status, request_id: `req_${id}`, body };
  return `${JSON.stringify({ id: `batch_req_${id}`, custom_id: customId, response, error: null })}\n`;
}

export function errorLine(id: string, customId: string | null, code: string, message: string): string {
  const error = { code, message };
  return `${JSON.stringify({ id: `batch_req_${id}`, custom_id: customId, response: null, error })}\n`;
}
