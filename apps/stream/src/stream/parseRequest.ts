/** One NDJSON line as a request. */
import type { GenerateRequest } from "@tokenmill/core";

/** @throws SyntaxError or TypeError; the fields' own ranges are checked when the request is opened. */
export function parseRequest(line: string): GenerateRequest {
  return JSON.parse(line) as GenerateRequest;
}
