/** How a node works, with defaults. */

export interface NodeSettings {
  /** Sequences that the node makes at a time. */
  readonly capacity: number;
  /** Time without a sign of life after which a claim is another node's, in milliseconds. */
  readonly leaseMs: number;
  /** Time between appends to a sequence's log. */
  readonly flushMs: number;
  /** Events that a sequence may be ahead of its reader. */
  readonly windowEvents: number;
  /** Memory for events of one sequence that are not in its log. */
  readonly unwrittenBytes: number;
  /** Time that a sequence is kept without a message of its reader. */
  readonly orphanMs: number;
  /** Claims without a token between them, after which a sequence fails if the process of the last one is gone. */
  readonly mostAttempts: number;
  /** A row is the same wherever it is made: events may be read before they are in the log. */
  readonly isBitStable: boolean;
}

export const defaultNodeSettings: NodeSettings = {
  capacity: 256,
  leaseMs: 1200,
  flushMs: 400,
  windowEvents: 128,
  unwrittenBytes: 2 ** 18,
  orphanMs: 120_000,
  mostAttempts: 10,
  isBitStable: true,
};
