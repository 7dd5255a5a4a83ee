/**
 * Errors that belong to one sequence or one record. Bad requests are `TypeError` (wrong kind) or `RangeError`
 * (wrong value) instead, thrown where the request is opened.
 */
import type { SampleErrorCode } from "@tokenmill/core";

/** Why a sequence failed, or was not opened. */
export type SequenceErrorCode =
  | SampleErrorCode
  | "duplicate_sequence_id"
  | "engine_closed"
  | "internal"
  | "observer_failed"
  | "overloaded"
  | "pool_failed"
  | "request_too_large"
  | "unknown_sequence";

/** A sequence that failed; its neighbours go on. */
export class SequenceError extends Error {
  readonly code: SequenceErrorCode;
  readonly sequenceId: number | bigint;
  /** 0-based position of the token that could not be made. */
  readonly index: number;

  constructor(
    code: SequenceErrorCode,
    sequenceId: number | bigint,
    index: number,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = "SequenceError";
    this.code = code;
    this.sequenceId = sequenceId;
    this.index = index;
  }
}

/** Why a resume record was refused. */
export type SnapshotErrorCode =
  | "digest_mismatch"
  | "foreign_version"
  | "foreign_vocabulary"
  | "malformed"
  | "text_diverged";

/** A resume record that this engine cannot continue. */
export class SnapshotError extends Error {
  readonly code: SnapshotErrorCode;

  constructor(code: SnapshotErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "SnapshotError";
    this.code = code;
  }
}
