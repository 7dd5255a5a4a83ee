/** Every header of an answer that clients read: CORS exposes them, and the OpenAPI document describes them. */

export type ResponseHeader =
  | "x-request-id"
  | "retry-after"
  | "allow"
  | "accept-encoding"
  | "www-authenticate"
  | "upgrade"
  | "x-tokenmill-vocab-size"
  | "x-tokenmill-dtype"
  | "x-tokenmill-prompt-tokens"
  | "x-tokenmill-prompt-token-ids"
  | "x-tokenmill-unused-params";

export const responseHeaders: Readonly<Record<ResponseHeader, string>> = {
  "x-request-id": "The request's id, in the log too: the client's own X-Request-Id if it is a plain word.",
  "retry-after": "Seconds after which the request may be sent again.",
  allow: "The methods that the path has.",
  "accept-encoding": "The content codings that bodies may have.",
  "www-authenticate": "How to send a key.",
  upgrade: "The protocol that the path speaks.",
  "x-tokenmill-vocab-size": "Elements of the row.",
  "x-tokenmill-dtype": "Their type.",
  "x-tokenmill-prompt-tokens": "Tokens of the prompt.",
  "x-tokenmill-prompt-token-ids":
    "The prompt's token ids, with commas; absent if there are more than fit into a header.",
  "x-tokenmill-unused-params":
    "Fields without effect, because the profile or the chain leaves their stages out or they are off, with commas; absent if all have one.",
};
