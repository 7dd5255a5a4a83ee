/** Siblings: sequences of one request that differ by their random streams. */
import type { GenerateRequest } from "@tokenmill/core";
import { checkInteger, checkUint64, refuse } from "@tokenmill/check";
import { DOMAIN_CHILD, philox, wordsOf } from "@tokenmill/core/internal";
import { canonicalId, streamOfSeed } from "../open/fieldChecks.ts";

/** Most sequences that one request may open. */
const mostChildren = 4096;

/**
 * The id of a sibling: child 0 has its parent's, the others a hash of parent and index with the highest bit set, so that
 * they meet neither each other, nor numbered sequences, nor other parents' children (one chance in 2^63 a pair).
 * @throws TypeError, RangeError
 */
export function childSequenceId(parentId: number | bigint, childIndex: number): number | bigint {
  checkUint64("parentId", parentId);
  checkInteger("childIndex", childIndex, { min: 0, max: 2 ** 32 - 1 });
  if (childIndex === 0) return parentId;
  const [low, high] = wordsOf(parentId);
  const words = philox(childIndex, 0, 0, DOMAIN_CHILD << 24, low, high);
  return (1n << 63n) | ((BigInt(words[1]!) << 32n) | BigInt(words[0]!));
}

/**
 * The request behind output `index` of one that has several: the same in all but its random stream. With a `randomStreamId`
 * that is stream `randomStreamId` + index; with a `sequenceId`, or without a seed, the sequence's own; with a seed alone it is
 * stream `index`, so that equal requests draw equally, whatever else is open.
 * @throws TypeError, RangeError
 */
export function outputRequest(request: GenerateRequest, index: number): GenerateRequest {
  checkRequest(request);
  checkInteger("index", index, { min: 0, max: 2 ** 32 - 1 });
  const sequenceId = canonicalId(request.sequenceId);
  const firstStream = canonicalId(request.randomStreamId, "randomStreamId") ?? streamOfSeed(request);
  return {
    ...request,
    ...(sequenceId !== undefined && { sequenceId: childSequenceId(sequenceId, index) }),
    ...(firstStream !== undefined && { randomStreamId: BigInt.asUintN(64, BigInt(firstStream) + BigInt(index)) }),
  };
}

/** The n requests behind one with `n` children. @throws TypeError, RangeError */
export function childRequests(request: GenerateRequest, n: number): GenerateRequest[] {
  checkRequest(request);
  checkChildCount("n", n);
  return Array.from({ length: n }, (_, index) => outputRequest(request, index));
}

/** @throws TypeError, RangeError */
export function checkChildCount(name: string, count: unknown, most: number = mostChildren): void {
  checkInteger(name, count, { min: 1, max: most });
}

function checkRequest(request: unknown): void {
  if (typeof request !== "object" || request === null || Array.isArray(request)) {
    refuse("request", "an object", request, true);
  }
}
