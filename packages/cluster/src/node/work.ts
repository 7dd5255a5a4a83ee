/** What a node is to make, as the work queue carries it. */
import type { SequenceSnapshot } from "@tokenmill/engine";

export interface Work {
  /** The sequence's name, and that of its log. */
  readonly name: string;
  /** Of the request, before its first token. */
  readonly record: SequenceSnapshot;
  /** Peer and number of the reader. */
  readonly reader: string;
  /** Of the record. */
  readonly digest: string;
  /** Nobody can have claimed it before: the client has no event of it. */
  readonly isNew: boolean;
  /** Of the last claim that the reader knows of, where NATS has lost the log. */
  readonly epoch?: number;
}
