/**
 * Most bytes of memory that a request may take while it is answered: reserved when it begins, so that answers which are given
 * whole, and prompts that are scored, stay within the server's budget.
 */
import type { GenerateRequest } from "@tokenmill/core";
import { mostMaskedTokens } from "../bodies/commonFields.ts";
import { ApiError } from "../errors/apiError.ts";
import type { Client } from "../limits/client.ts";
import type { Claim, Shares } from "../limits/shares.ts";

/** A token, one of its most probable alternatives and a named one, as `PackedEvents` keeps them. */
const packedTokenBytes = 32;
const packedAlternativeBytes = 12;
const packedNamedBytes = 8;
/** A sampling mask, and one of its tokens. */
const packedMaskBytes = 200;
const packedMaskedBytes = 4;
/** A token of a scored prompt, or one of its alternatives: an object. */
const scoreBytes = 80;

/** @throws ApiError 400 for more than one connection may ever have, 429 for more than there is now. */
export function claimHeld(shares: Shares, client: Client, sizeBytes: number): Claim {
  if (sizeBytes > shares.connectionLimit) {
    const message = `an answer without "stream", or a scored prompt, expected to take at most ${shares.connectionLimit} bytes of memory, this one may take ${sizeBytes}: ask for fewer tokens or log-probabilities`;
    throw new ApiError(400, message, { param: "max_tokens", code: "answer_too_large" });
  }
  return shares.claim(client, sizeBytes);
}

/** Of all events of an answer. */
export function heldBytes(request: GenerateRequest): number {
  const { maxTokens = 0, logprobs, logprobTokenIds = [], samplingMask } = request;
  const beside = packedAlternativeBytes * alternativesOf(logprobs) + packedNamedBytes * logprobTokenIds.length;
  const mask = samplingMask ? packedMaskBytes + packedMaskedBytes * mostMaskedTokens : 0;
  return maxTokens * (packedTokenBytes + beside + mask) + scoredBytes(request);
}

/** Of the scores of a request's prompt. */
export function scoredBytes({ prompt, promptLogprobs }: GenerateRequest): number {
  if (promptLogprobs === undefined || !Array.isArray(prompt)) return 0;
  return scoreBytes * prompt.length * (1 + alternativesOf(promptLogprobs));
}

/** One that is out of range is refused when the sequence is opened. */
function alternativesOf(logprobs: number | undefined): number {
  return logprobs !== undefined && Number.isFinite(logprobs) ? Math.max(0, logprobs) : 0;
}
