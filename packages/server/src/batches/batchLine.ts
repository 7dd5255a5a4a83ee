/** Lines of OpenAI's batches: a request in, a result out. */
import { createHash } from "node:crypto";
import { messageOf, nearestName, show } from "@tokenmill/check";
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

/** Fields of a line. */
const fields = ["custom_id", "method", "url", "body"];

/** `duplicate_custom_id`, `invalid_json_line` and `url_mismatch` are OpenAI's, for which a whole batch fails there. */
export type LineErrorCode =
  | "invalid_json_line"
  | "duplicate_custom_id"
  | "url_mismatch"
  | "unknown_parameter"
  | "invalid_request"
  | "server_error"
  | "batch_expired";

/** Why a line is none. */
export class LineError extends Error {
  readonly code: LineErrorCode;
  readonly param: string | null;
  readonly customId: string | null;

  constructor(code: LineErrorCode, message: string, param: string | null = null, customId: string | null = null) {
    super(message);
    this.name = "LineError";
    this.code = code;
    this.param = param;
    this.customId = customId;
  }
}

/** The line of a request in its file. */
export function lineOf({ number, line = number + 1 }: BatchItem): number {
  return line;
}

/** @throws LineError */
export function readRequest({ text, number, repeats }: BatchItem, { seed, path }: BatchSettings): BatchRequest {
  if (text === null) throw new LineError("invalid_json_line", "the line expected UTF-8, got other bytes");
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch (error) {
    throw new LineError("invalid_json_line", `the line expected JSON: ${messageOf(error)}`);
  }
  if (!isRecord(line)) throw new LineError("invalid_json_line", `the line expected a JSON object, got ${show(line)}`);
  const { custom_id: id, method = "POST", url, body } = line;
  const customId = typeof id === "string" ? id : null;
  const refuse = (name: string, expected: string, value: unknown, code: LineErrorCode = "invalid_request"): never => {
    throw new LineError(code, `"${name}" expected ${expected}, got ${show(value)}`, name, customId);
  };
  if (typeof id !== "string") return refuse("custom_id", "string", id);
  if (repeats !== undefined) {
    refuse("custom_id", `one that no earlier line has (line ${repeats} has it)`, id, "duplicate_custom_id");
  }
  const unknown = Object.keys(line).find((name) => !fields.includes(name));
  if (unknown !== undefined) {
    const near = nearestName(unknown, fields);
    const message = `unknown field ${JSON.stringify(unknown)}${near === undefined ? "" : `, did you mean "${near}"?`}`;
    throw new LineError("unknown_parameter", message, unknown, id);
  }
  if (method !== "POST") refuse("method", '"POST"', method);
  const paths = path === undefined ? batchPaths : [path];
  if (typeof url !== "string" || !paths.includes(url)) {
    return refuse("url", paths.join(" or "), url, typeof url === "string" ? "url_mismatch" : "invalid_request");
  }
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

/** The line of a request that has no response. */
export function errorLine(item: BatchItem, fault: LineError): string {
  const { code, message, param, customId } = fault;
  const error = { code, message, param, line: lineOf(item) };
  return `${JSON.stringify({ id: `batch_req_${resultId(item)}`, custom_id: customId, response: null, error })}\n`;
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
