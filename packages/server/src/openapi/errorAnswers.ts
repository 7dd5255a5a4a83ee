/** The answers to what goes wrong, which all routes share: a status, OpenAI's error body, and what headers say besides. */
import type { ResponseHeader } from "../answers/responseHeaders.ts";

interface ErrorAnswer {
  readonly name: string;
  readonly description: string;
  readonly headers?: readonly ResponseHeader[];
}

export const errorAnswers: Readonly<Record<number | "default", ErrorAnswer>> = {
  400: { name: "BadRequest", description: "The request makes no sense; `param` names the field." },
  401: { name: "Unauthorized", description: "An API key is needed, or not known.", headers: ["www-authenticate"] },
  403: { name: "Forbidden", description: "Pages of that origin may not connect." },
  404: { name: "NotFound", description: "There is no such path, model or place in a stream." },
  405: { name: "MethodNotAllowed", description: "The path does not have the method.", headers: ["allow"] },
  408: { name: "RequestTimeout", description: "The request did not arrive in time." },
  409: { name: "Conflict", description: "The stream was resumed in another connection, or the sequence id is in use." },
  413: { name: "BodyTooLarge", description: "The body is larger than the server takes." },
  415: {
    name: "UnsupportedMediaType",
    description: "Media type, content coding or charset of the body are not taken.",
    headers: ["accept-encoding"],
  },
  421: { name: "Misdirected", description: "The server does not answer to that Host." },
  426: { name: "UpgradeRequired", description: "The path is a WebSocket.", headers: ["upgrade"] },
  429: {
    name: "TooManyRequests",
    description: "The server, or the client's share of it, is full.",
    headers: ["retry-after"],
  },
  500: { name: "ServerError", description: "The server failed; its log says why." },
  503: { name: "Unavailable", description: "The server is shutting down.", headers: ["retry-after"] },
  507: { name: "StorageFull", description: "The server's disk has no space left for it." },
  default: { name: "OtherError", description: "Any other error, such as 405 and 431." },
};

/** Of every route. */
export const commonErrors: readonly number[] = [400, 421, 500];
/** Of routes that need a key where keys are set. */
export const keyErrors: readonly number[] = [401];
/** Of routes with a body. */
export const bodyErrors: readonly number[] = [408, 413, 415, 429, 503];
