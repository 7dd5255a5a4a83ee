/** Any error of a request as an `ApiError`: the engine's, the validator's, the HTTP library's. */
import { refusalOf, type Spelling } from "@tokenmill/check";
import { SequenceError } from "@tokenmill/engine";
import { ProtocolError } from "@tokenmill/protocol";
import { RowError } from "@tokenmill/row-service";
import { ApiError } from "./apiError.ts";
import { rowError } from "./rowError.ts";
import { isValidationFailure, validationError } from "./validationError.ts";

/** How a parameter of the engine is called in the request, for messages; undefined: as the engine calls it. */
export type ClientName = Spelling;

export function toApiError(error: unknown, clientName: ClientName = () => undefined): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof SequenceError) return sequenceError(error);
  if (error instanceof RowError) return rowError(error);
  if (error instanceof ProtocolError) return new ApiError(400, error.message, { code: error.code, cause: error });
  if (isValidationFailure(error)) return validationError(error);
  if (isHttpError(error)) return httpError(error);
  if (isFull(error))
    return new ApiError(507, "the server has no space left on its disk", { code: "storage_full", cause: error });
  const refusal = refusalOf(error, clientName);
  if (refusal) return new ApiError(400, refusal.message, { param: refusal.parameter, cause: error });
  return new ApiError(500, "the server failed to answer: see its log", { code: "internal_error", cause: error });
}

/** No space, or no more of what its user may have. */
function isFull(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return code === "ENOSPC" || code === "EDQUOT";
}

function sequenceError(error: SequenceError): ApiError {
  const { code, message } = error;
  switch (code) {
    case "engine_closed":
      return new ApiError(503, "the server is shutting down", { code: "shutting_down", cause: error });
    case "request_too_large":
      return new ApiError(400, message, { code, param: "max_tokens", cause: error });
    case "duplicate_sequence_id":
    case "unknown_sequence":
      return new ApiError(409, message, { code, cause: error });
    case "all_tokens_masked":
    case "sampling_mask_too_large":
      return new ApiError(400, message, { code, cause: error });
    case "overloaded":
      return new ApiError(429, message, { code, retryAfterSeconds: 1, cause: error });
    case "quarantined":
      return new ApiError(503, message, { code, cause: error });
    case "nan_logits":
    case "positive_infinity_logits":
    case "source_failed":
    case "stage_failed":
    case "grammar_failed":
    case "worker_lost":
    case "row_timeout":
    case "invalid_plan":
    case "invalid_sparse_row":
    case "row_too_sparse":
    case "pool_failed":
    case "observer_failed":
    case "internal":
      return new ApiError(500, message, { code, cause: error });
    default:
      return code satisfies never;
  }
}

interface HttpError extends Error {
  readonly statusCode: number;
  readonly code?: string;
}

function isHttpError(error: unknown): error is HttpError {
  return error instanceof Error && "statusCode" in error && typeof error.statusCode === "number";
}

/** Of a `SequenceHost`: it says its status itself. */
function hostError({ statusCode, message, code = "internal_error" }: HttpError): ApiError {
  return new ApiError(statusCode, message, { code, ...(statusCode === 503 && { retryAfterSeconds: 1 }) });
}

/** What the HTTP library refuses: body too large, media type, URL. */
function httpError(error: HttpError): ApiError {
  if (error.name === "ClusterError") return hostError(error);
  const codes: Readonly<Record<number, string>> = {
    400: "bad_request",
    413: "body_too_large",
    415: "unsupported_media_type",
  };
  const { statusCode, message } = error;
  if (statusCode >= 500) return new ApiError(statusCode, message, { code: "internal_error", cause: error });
  const code = codes[statusCode];
  return new ApiError(statusCode, message, { ...(code !== undefined && { code }), cause: error });
}
