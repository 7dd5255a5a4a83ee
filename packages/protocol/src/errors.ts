/** What is wrong with bytes or text that came in. */

/**
 * `foreign`: not this format or not this version; `damaged`: this format, but broken; `truncated`: ends inside a message;
 * `too_large`: more bytes than the decoder takes; `invalid`: well-formed, but not an event or request.
 */
export type ProtocolErrorCode = "damaged" | "foreign" | "invalid" | "too_large" | "truncated";

export class ProtocolError extends Error {
  readonly code: ProtocolErrorCode;
  constructor(code: ProtocolErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ProtocolError";
    this.code = code;
  }
}
