/** What a session, or the whole of a batch, is refused for besides values that make no sense. */

export type RowErrorCode =
  | "unknown_sequence"
  | "duplicate_sequence_id"
  | "sequence_busy"
  | "other_dtype"
  | "context_length_exceeded"
  | "memory_full";

export class RowError extends Error {
  readonly code: RowErrorCode;

  constructor(code: RowErrorCode, message: string) {
    super(message);
    this.name = "RowError";
    this.code = code;
  }
}
