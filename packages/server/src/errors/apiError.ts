/** Errors as OpenAI's API words them: a status, and a body `{error: {message, type, param, code}}`. */
import type { ResponseHeader } from "../answers/responseHeaders.ts";

export type ApiErrorType = "invalid_request_error" | "rate_limit_error" | "server_error";

export interface ApiErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: ApiErrorType;
    /** The field that is wrong, as the client spelled it. */
    readonly param: string | null;
    readonly code: string | null;
  };
}

export interface ApiErrorDetails {
  readonly param?: string;
  readonly code?: string;
  /** Sent as `Retry-After`. */
  readonly retryAfterSeconds?: number;
  /** Sent with it. */
  readonly headers?: Readonly<Partial<Record<ResponseHeader, string>>>;
  readonly cause?: unknown;
}

export class ApiError extends Error {
  readonly status: number;
  readonly param: string | undefined;
  readonly code: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly #headers: ApiErrorDetails["headers"];

  constructor(status: number, message: string, details: ApiErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "ApiError";
    this.status = status;
    this.param = details.param;
    this.code = details.code;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.#headers = details.headers;
  }

  get headers(): Readonly<Partial<Record<ResponseHeader, string>>> {
    const { retryAfterSeconds, status } = this;
    return {
      ...(retryAfterSeconds !== undefined && { "retry-after": String(retryAfterSeconds) }),
      ...(status === 401 && { "www-authenticate": "Bearer" }),
      ...this.#headers,
    };
  }

  get type(): ApiErrorType {
    if (this.status === 429) return "rate_limit_error";
    return this.status >= 500 ? "server_error" : "invalid_request_error";
  }

  get body(): ApiErrorBody {
    const { message, type, param = null, code = null } = this;
    return { error: { message, type, param, code } };
  }
}
