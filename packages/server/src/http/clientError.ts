/** Requests that never became one: broken HTTP, headers that are too large or too slow. */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { show } from "@tokenmill/check";
import { ApiError } from "../errors/apiError.ts";
import { baseHeaders } from "./baseHeaders.ts";
import { requestIdOf } from "./requestId.ts";

const statusOf: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** An `Expect` that is not `100-continue`: Node alone answers it without a word. */
export function answerExpectation({ headers }: IncomingMessage, response: ServerResponse): void {
  const message = `"Expect" expected 100-continue, got ${show(headers.expect)}`;
  const { status, body } = new ApiError(417, message, { param: "Expect", code: "expectation_failed" });
  const all = {
    ...baseHeaders(requestIdOf(headers["x-request-id"])),
    "content-type": "application/json; charset=utf-8",
  };
  // What it would send is not read.
  response.writeHead(status, { ...all, connection: "close" }).end(JSON.stringify(body));
}

/** Answers as far as the connection can still be written, and closes it. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = statusOf[error.code ?? ""] ?? 400;
  const messages: Readonly<Record<number, string>> = {
    400: "the request is not valid HTTP",
    408: "the request did not arrive in time",
    431: "the request's headers are too large",
  };
  const body = JSON.stringify(new ApiError(status, messages[status]!, { code: error.code ?? "bad_request" }).body);
  const headers = {
    ...baseHeaders(requestIdOf(undefined)),
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(body),
    connection: "close",
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, "", body].join("\r\n"));
}
