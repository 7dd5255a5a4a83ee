/** Requests that never became one: broken HTTP, headers that are too large or too slow. */
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { ApiError } from "../errors/apiError.ts";
import { baseHeaders } from "./baseHeaders.ts";
import { requestIdOf } from "./requestId.ts";

const statusOf: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

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
