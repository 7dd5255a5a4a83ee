/** JSON from outside: strict UTF-8, and no deeper than what walks over it later can take. */
import { exactIntegers } from "@tokenmill/protocol";
import { isRecord } from "./bodyFields.ts";
import { ApiError } from "../errors/apiError.ts";
import type { JsonSchema } from "./jsonSchema.ts";

/** Objects and arrays inside each other. */
export const deepestJson = 128;

/**
 * @param what the text is called in messages
 * @param exact fields of the object whose integers may have 64 bits: decimal strings where a number would be rounded
 * @throws ApiError 400
 */
export function parseJson(bytes: Uint8Array, what = "the body", exact: readonly string[] = []): unknown {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ApiError(400, `${what} expected UTF-8`, { code: "invalid_utf8", cause });
  }
  checkDepth(bytes, what);
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? exactIntegers({ ...value }, text, exact) : value;
  } catch (cause) {
    throw new ApiError(400, `${what} expected JSON: ${reasonOf(cause)}`, { code: "invalid_json", cause });
  }
}

/** Fields of a body whose integers may have 64 bits. */
export function exactNames(schema: JsonSchema | undefined): readonly string[] {
  return Object.entries(schema?.properties ?? {}).flatMap(([name, field]) => (field["x-exact"] ? [name] : []));
}

/** @throws ApiError 400 */
function checkDepth(bytes: Uint8Array, what: string): void {
  const at = tooDeepAt(bytes);
  if (at === undefined) return;
  const message = `${what} expected JSON of at most ${deepestJson} levels, got more at byte ${at}`;
  throw new ApiError(400, message, { code: "too_deep" });
}

/** Where JSON has more levels than it may; undefined: nowhere. */
export function tooDeepAt(bytes: Uint8Array): number | undefined {
  let depth = 0;
  let isText = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte === 0x22) isText = !isText;
    else if (isText) {
      if (byte === 0x5c) i++;
    } else if (byte === 0x5b || byte === 0x7b) {
      if (++depth > deepestJson) return i;
    } else if (byte === 0x5d || byte === 0x7d) depth--;
  }
  return undefined;
}

/** V8 quotes the text around the error; the position is enough. */
function reasonOf(cause: unknown): string {
  const { message } = cause as Error;
  return /at position \d+|Unexpected end of JSON input/.exec(message)?.[0] ?? "it is malformed";
}
