/** What sessions of rows refuse, as an answer. */
import type { RowError } from "@tokenmill/row-service";
import { ApiError } from "./apiError.ts";

export function rowError(error: RowError): ApiError {
  const { code, message } = error;
  switch (code) {
    case "unknown_sequence":
      return new ApiError(404, message, { code, cause: error });
    case "duplicate_sequence_id":
    case "sequence_busy":
      return new ApiError(409, message, { code, cause: error });
    case "other_dtype":
      return new ApiError(400, message, { param: "dtype", cause: error });
    case "context_length_exceeded":
      return new ApiError(400, message, { code, param: "maxTokens", cause: error });
    case "memory_full":
      return new ApiError(429, message, { code, retryAfterSeconds: 1, cause: error });
    default:
      return code satisfies never;
  }
}
