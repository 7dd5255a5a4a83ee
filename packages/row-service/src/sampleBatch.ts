/**
 * A batch: one row for each of its sequences, all or nothing. Rows are sampled while the next ones come in; where the batch
 * fails as a whole, every sequence is where it was before, and those that it opened are forgotten.
 */
import { RowError } from "./rowError.ts";
import type { RowPool } from "./rowPool.ts";
import type { RowAnswer, RowFailure, RowSession } from "./rowSession.ts";
import type { SessionTable } from "./sessionTable.ts";

/** One row of a batch. */
export interface BatchRow {
  readonly sequenceId: number | bigint;
  /** Index of the token that the row gives; a mismatch is refused, the one before gives the last answer again. */
  readonly position: number | undefined;
  /** Opens the sequence with this row. */
  readonly open?: (() => RowSession) | undefined;
}

export interface Batch {
  readonly sessions: SessionTable;
  readonly pool: RowPool<never>;
  readonly rows: readonly BatchRow[];
  /** Told of the memory that the answers take, about, before the first row. */
  readonly onTaken?: (answerBytes: number) => void;
  /** The slot with the row of that number. Rows are asked for in order. */
  readonly receive: (index: number) => Promise<number>;
  /** After the last row, before its answer is waited for. */
  readonly end?: () => Promise<void>;
}

/** @throws RowError, and what opening and receiving throw */
export async function sampleBatch(batch: Batch): Promise<(RowAnswer | RowFailure)[]> {
  const { sessions, pool, rows } = batch;
  const taken = takeAll(batch);
  const positions = taken.map(({ position }) => position);
  const pending: Promise<RowAnswer | RowFailure>[] = [];
  let isWhole = false;
  try {
    batch.onTaken?.(taken.reduce((sum, { answerBytes }) => sum + answerBytes, 0));
    for (const [i, session] of taken.entries()) {
      const slot = await batch.receive(i);
      // Sampled while the next row comes in.
      const answer = answerTo(session, rows[i]!, slot).finally(() => pool.release(slot));
      // It may fail before it is waited for.
      answer.catch(() => undefined);
      pending.push(answer);
    }
    await batch.end?.();
    const answers = await Promise.all(pending);
    isWhole = true;
    for (const answer of answers) if ("finishReason" in answer) sessions.close(answer.sequenceId);
    return answers;
  } finally {
    await Promise.allSettled(pending);
    // The client gets no answer: it will send these rows again, and open again what it has opened here.
    if (!isWhole) {
      taken.forEach((session, i) => session.position > positions[i]! && session.undo());
      for (const { sequenceId, open } of rows) if (open) sessions.close(sequenceId);
    }
    for (const session of taken) sessions.giveBack(session);
  }
}

/** Opens and takes the sequences of all rows, or none. */
function takeAll({ sessions, pool, rows }: Batch): RowSession[] {
  const taken: RowSession[] = [];
  const opened: RowSession[] = [];
  try {
    for (const { sequenceId, open } of rows) {
      if (open) {
        sessions.checkFree(sequenceId);
        const session = open();
        sessions.add(session);
        opened.push(session);
      }
      const session = sessions.take(sequenceId);
      taken.push(session);
      if (session.rows === pool) continue;
      throw new RowError("other_dtype", `sequence ${sequenceId} was opened with another "dtype"`);
    }
    return taken;
  } catch (error) {
    for (const session of taken) sessions.giveBack(session);
    for (const { sequenceId } of opened) sessions.close(sequenceId);
    throw error;
  }
}

/** A row sent again gives its answer again; one out of order fails alone. */
async function answerTo(
  session: RowSession,
  { position = session.position }: BatchRow,
  slot: number,
): Promise<RowAnswer | RowFailure> {
  if (position === session.position) return session.sample(slot);
  const { lastAnswer, sequenceId } = session;
  if (lastAnswer?.position === position) return lastAnswer;
  const message = `"position" expected ${session.position}, got ${position}`;
  return { sequenceId, position, error: { code: "position_mismatch", message } };
}
