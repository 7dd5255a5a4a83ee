/** What a stream's sequences are called and begin with, the same at every gateway that it is asked for. */
import { createHash, randomBytes } from "node:crypto";
import type { GenerateRequest } from "@tokenmill/core";
import type { SequenceSnapshot } from "@tokenmill/engine";

/** 53 random bits: two streams of a cluster never meet. */
export function newStreamId(): number {
  return Number(randomBytes(8).readBigUInt64LE() >> 11n);
}

/** A seed without an id draws from its first random stream, whatever id the cluster gives. */
export function withStream(
  request: GenerateRequest,
  sequenceId: number | bigint,
): GenerateRequest & { sequenceId: number | bigint } {
  const isSeeded = request.seed !== undefined && request.sequenceId === undefined;
  return { ...(isSeeded && { randomStreamId: 0 }), ...request, sequenceId };
}

/** Of what an output follows from. */
export function digestOf({ sequenceId: _id, engineVersion: _version, ...record }: SequenceSnapshot): string {
  return createHash("sha256").update(JSON.stringify(record)).digest("base64url").slice(0, 22);
}
