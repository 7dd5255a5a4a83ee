/** A stream of bytes that is refused once it is too long. */
import { ApiError } from "../errors/apiError.ts";

/** @throws ApiError 413 */
export async function* limitBytes(chunks: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Uint8Array> {
  let sizeBytes = 0;
  for await (const chunk of chunks) {
    sizeBytes += chunk.length;
    if (sizeBytes > limit) {
      throw new ApiError(413, `the body expected at most ${limit} bytes`, { code: "body_too_large" });
    }
    yield chunk;
  }
}
