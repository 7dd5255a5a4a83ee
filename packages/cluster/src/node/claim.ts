/** What a claim says, when there is nothing to claim, and how the engine begins with what was claimed. */
import {
  type Engine,
  SequenceError,
  type SequenceHandle,
  type SequenceSnapshot,
  type TokenObserver,
} from "@tokenmill/engine";
import { type LogEntry, type StoredEntry, standingOf } from "../log/entry.ts";
import type { Work } from "./work.ts";

/** The claim that follows an entry, or the first. */
export function claimOf(work: Work, seq: number, before: LogEntry | undefined, node: string): LogEntry {
  if (!before) {
    const { reader, digest, epoch = 0 } = work;
    return { epoch: epoch + 1, node, reader, work: seq, status: "open", position: 0, attempts: 1, digest };
  }
  const { attempts, epoch } = before;
  // A later message is a later reader's.
  const reader = seq > before.work ? work.reader : before.reader;
  return { ...standingOf(before), epoch: epoch + 1, node, reader, work: seq, status: "open", attempts: attempts + 1 };
}

export function givenUp({ carried: _carried, ...entry }: LogEntry): LogEntry {
  const message = `given up: ${entry.attempts - 1} nodes in turn claimed the sequence and made no token`;
  return { ...entry, status: "failed", failure: { code: "internal", message, index: entry.position } };
}

/** Nothing is left to do, or another message is there to do it. A later message goes on with what was cancelled. */
export function isDone({ entry: { status, work } }: StoredEntry, seq: number): boolean {
  if (work > seq) return true;
  return status === "finished" || status === "failed" || (status === "cancelled" && work === seq);
}

/** Under its own id; where a sequence of another client has it, under one of this process, with the same random stream. */
export function reopen(engine: Engine, record: SequenceSnapshot, observer: TokenObserver): SequenceHandle {
  try {
    return engine.reopen(record, observer);
  } catch (error) {
    if (!(error instanceof SequenceError) || error.code !== "duplicate_sequence_id") throw error;
    const { sequenceId, randomStreamId = sequenceId } = record;
    return engine.reopen({ ...record, sequenceId: String(2n ** 63n + ++lastOwnId), randomStreamId }, observer);
  }
}
let lastOwnId = 0n;
