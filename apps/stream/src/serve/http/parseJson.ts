/** JSON from outside: strict UTF-8, and no deeper than what walks over it later can take. */
import { ApiError } from "../errors/apiError.ts";

/** Objects and arrays inside each other. */
const deepestJson = 128;

/** @param what the text is called in messages. @throws ApiError 400 */
export function parseJson(bytes: Uint8Array, what = "the body"): unknown {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ApiError(400, `${what} expected UTF-8`, { code: "invalid_utf8", cause });
  }
  checkDepth(bytes, what);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ApiError(400, `${what} expected JSON: ${reasonOf(cause)}`, { code: "invalid_json", cause });
  }
}

/** @throws ApiError 400 */
function checkDepth(bytes: Uint8Array, what: string): void {
  let depth = 0;
  let isText = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte === 0x22) isText = !isText;
    else if (isText) {
      if (byte === 0x5c) i++;
    } else if (byte === 0x5b || byte === 0x7b) {
      if (++depth <= deepestJson) continue;
      const message = `${what} expected JSON of at most ${deepestJson} levels, got more at byte ${i}`;
      throw new ApiError(400, message, { code: "too_deep" });
    } else if (byte === 0x5d || byte === 0x7d) depth--;
  }
}

/** V8 quotes the text around the error; the position is enough. */
function reasonOf(cause: unknown): string {
  const { message } = cause as Error;
  return /at position \d+|Unexpected end of JSON input/.exec(message)?.[0] ?? "it is malformed";
}
