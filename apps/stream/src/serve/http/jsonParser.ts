/** JSON bodies: strict UTF-8, not too deep, fields that are null dropped, and a digest to know the body again. */
import { createHash } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { ApiError } from "../errors/apiError.ts";
import { Turns } from "../turns.ts";
import { type BodyRoom, largeBodyBytes } from "./bodyRoom.ts";

/** Objects and arrays inside each other. */
const deepestJson = 128;

declare module "fastify" {
  interface FastifyRequest {
    /** SHA-256 of the body's bytes. */
    bodyDigest: string;
  }
}

/** @param bodyLimitBytes what a body of unknown length may come to */
export function addJsonParser(app: FastifyInstance, room: BodyRoom, bodyLimitBytes: number): void {
  app.decorateRequest("bodyDigest", "");
  app.removeAllContentTypeParsers();
  // A megabyte takes 10 to 30 ms; of the loop a fifth is for them.
  const turns = new Turns(4);
  const giveBack = new WeakMap<FastifyRequest, () => void>();
  app.addHook("onRequest", async (request, reply) => {
    const { "content-type": type = "", "content-length": length } = request.headers;
    if (request.method !== "POST" || !type.includes("json")) return;
    const sizeBytes = length === undefined ? bodyLimitBytes : Number(length);
    // One that is too large is refused before it has come.
    if (sizeBytes < largeBodyBytes || sizeBytes > bodyLimitBytes) return;
    const release = room.reserve(sizeBytes);
    giveBack.set(request, release);
    reply.raw.once("close", release);
  });
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, (request, body, done) => {
    const parse = (): void => {
      giveBack.get(request)?.();
      try {
        if (request.raw.socket.destroyed) throw new ApiError(400, "the client is gone", { code: "client_gone" });
        const value = withoutNulls(parseJson(body as Buffer));
        request.bodyDigest = createHash("sha256").update(body).digest("base64url");
        done(null, value);
      } catch (error) {
        done(error as Error);
      }
    };
    if (body.length < largeBodyBytes) parse();
    else turns.take(parse);
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
  checkDepth(body);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ApiError(400, `the body expected JSON: ${reasonOf(cause)}`, { code: "invalid_json", cause });
  }
}

/** @throws ApiError 400 */
function checkDepth(body: Uint8Array): void {
  let depth = 0;
  let isText = false;
  for (let i = 0; i < body.length; i++) {
    const byte = body[i]!;
    if (byte === 0x22) isText = !isText;
    else if (isText) {
      if (byte === 0x5c) i++;
    } else if (byte === 0x5b || byte === 0x7b) {
      if (++depth <= deepestJson) continue;
      const message = `the body expected JSON of at most ${deepestJson} levels, got more at byte ${i}`;
      throw new ApiError(400, message, { code: "too_deep" });
    } else if (byte === 0x5d || byte === 0x7d) depth--;
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
  const fields = Object.entries(value);
  if (fields.every(([, field]) => field !== null)) return value;
  return Object.fromEntries(fields.filter(([, field]) => field !== null));
}
