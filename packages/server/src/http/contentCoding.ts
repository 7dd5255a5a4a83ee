/** Bodies come as they are: of the media type that their route takes, no content coding, and text in UTF-8. */
import type { IncomingHttpHeaders } from "node:http";
import type { FastifyRequest } from "fastify";
import { show } from "@tokenmill/check";
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

/** @throws ApiError 415 for a body of a type that the route does not take. */
export function checkMediaType({ headers, routeOptions }: FastifyRequest): void {
  const taken = Object.keys(routeOptions.config.operation?.body?.content ?? {});
  const type = headers["content-type"]?.split(";")[0]!.trim().toLowerCase();
  const isEmpty =
    type === undefined && headers["transfer-encoding"] === undefined && !Number(headers["content-length"]);
  if (isEmpty || taken.length === 0 || (type !== undefined && taken.includes(type))) return;
  const message = `"Content-Type" expected ${taken.join(" or ")}, got ${type === undefined ? "none" : show(type)}`;
  throw new ApiError(415, message, { param: "Content-Type", code: "unsupported_media_type" });
}
