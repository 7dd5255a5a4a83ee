/** A body in one piece, whose memory is claimed as it comes. */
import type { Claim } from "./shares.ts";

const firstBytes = 4096;

/** @throws what the body throws, ApiError 429 if the client has had its share */
export async function wholeBody(chunks: AsyncIterable<Uint8Array>, claim: Claim): Promise<Buffer> {
  let bytes = Buffer.alloc(0);
  let length = 0;
  for await (const chunk of chunks) {
    if (length + chunk.length > bytes.length) {
      const sizeBytes = Math.max(firstBytes, length + chunk.length, 2 * bytes.length);
      claim.resize(sizeBytes);
      bytes = Buffer.concat([bytes.subarray(0, length)], sizeBytes);
    }
    bytes.set(chunk, length);
    length += chunk.length;
  }
  claim.resize(length);
  return bytes.subarray(0, length);
}
