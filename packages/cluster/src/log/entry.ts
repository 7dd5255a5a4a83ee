/**
 * The log of a sequence: one subject of a stream, whose last entry says all that stands. Every entry is appended with the
 * number of the entry before it, so that a writer that has not seen that one is refused: no two nodes continue a sequence.
 */
import type { CarriedState, SequenceErrorCode } from "@tokenmill/engine";
import type { TokenBatch } from "../wire/tokenBatch.ts";

/** `open`: a node has it, or is to have it. */
type LogStatus = "open" | "finished" | "failed" | "cancelled";

/** Why a sequence failed. */
export interface LoggedFailure {
  readonly code: SequenceErrorCode;
  readonly message: string;
  readonly index: number;
}

/** What every entry has of the sequence: the last one is enough to resume it. */
export interface Standing {
  /** How often it was claimed; only the node of the last claim may write tokens. */
  readonly epoch: number;
  /** Peer that has the claim; empty before the first. */
  readonly node: string;
  /** Peer and number of the reader, as `<peer>.<number>`. */
  readonly reader: string;
  /** Number of the work message that it is made for: of two messages the later counts. */
  readonly work: number;
  readonly status: LogStatus;
  /** Output tokens up to here, with this entry's. */
  readonly position: number;
  /** Claims since the position last moved. */
  readonly attempts: number;
  /** As of `position`; absent at 0 and at the end. */
  readonly carried?: CarriedState;
  readonly failure?: LoggedFailure;
  /** Digest of the record that it began with. */
  readonly digest: string;
}

export interface LogEntry extends Standing {
  readonly tokens?: TokenBatch;
}

/** An entry as it is stored. */
export interface StoredEntry {
  readonly seq: number;
  readonly entry: LogEntry;
}

/** An entry's standing, without what is its own. */
export function standingOf({ tokens: _tokens, ...standing }: LogEntry): Standing {
  return standing;
}
