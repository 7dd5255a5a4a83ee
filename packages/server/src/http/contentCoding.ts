/** Bodies come as they are: no content coding, and text in UTF-8. */
import type { IncomingHttpHeaders } from "node:http";
import { ApiError } from "../errors/apiError.ts";

/** @throws ApiError 415 (RFC 9110 §15.5.16) */
export function checkContentCoding({
  "content-encoding": coding,
  "content-type": type = "",
}: IncomingHttpHeaders): void {
  if (coding !== undefined && coding.trim().toLowerCase() !== "identity") {
    const message = `the body expected no content coding, got ${JSON.stringify(coding)}`;
    throw new ApiError(415, message, {
      code: "unsupported_content_encoding",
      headers: { "accept-encoding": "identity" },
    });
  }
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(type)?.[1];
  if (charset === undefined || /^(utf-?8|us-ascii)$/i.test(charset)) return;
  throw new ApiError(415, `the body expected UTF-8, got the charset ${JSON.stringify(charset)}`, {
    code: "unsupported_charset",
  });
}
