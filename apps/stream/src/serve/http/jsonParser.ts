/** JSON bodies: strict UTF-8, fields that are null dropped, and a digest to know the body again. */
import { createHash } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { ApiError } from "../errors/apiError.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** SHA-256 of the body's bytes. */
    bodyDigest: string;
  }
}

export function addJsonParser(app: FastifyInstance): void {
  app.decorateRequest("bodyDigest", "");
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, (request, body, done) => {
    try {
      request.bodyDigest = createHash("sha256").update(body).digest("base64url");
      done(null, withoutNulls(parseJson(body as Buffer)));
    } catch (error) {
      done(error as Error);
    }
  });
}

/** @throws ApiError 400 */
function parseJson(body: Uint8Array): unknown {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch (cause) {
    throw new ApiError(400, "the body expected UTF-8", { code: "invalid_utf8", cause });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ApiError(400, `the body expected JSON: ${reasonOf(cause)}`, { code: "invalid_json", cause });
  }
}

/** V8 quotes the text around the error; the position is enough. */
function reasonOf(cause: unknown): string {
  const { message } = cause as Error;
  return /at position \d+|Unexpected end of JSON input/.exec(message)?.[0] ?? "it is malformed";
}

/** OpenAI's clients write null for "not given". */
function withoutNulls(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null));
}
