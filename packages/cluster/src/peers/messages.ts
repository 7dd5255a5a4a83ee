/** What processes of a cluster tell each other over core NATS: quick, and nothing is lost with a message that is. */
import type { LoggedFailure } from "../log/entry.ts";
import type { PlainEvents } from "../wire/plainEvents.ts";
import type { TokenBatch } from "../wire/tokenBatch.ts";

/** For the side of a process that reads: what is not for all has the number of a reader. */
export type ReaderMessage =
  /** Node to reader: it has the sequence. */
  | { readonly kind: "claimed"; readonly reader: number; readonly epoch: number }
  /** Node to readers: events, as soon as they are there. */
  | { readonly kind: "events"; readonly events: PlainEvents }
  /** Node to reader: events with more than a token and its text, or that were there before. */
  | { readonly kind: "tokens"; readonly reader: number; readonly epoch: number; readonly batch: TokenBatch }
  /** Node to reader: the log has an end that is not the last token. */
  | { readonly kind: "failed"; readonly reader: number; readonly epoch: number; readonly failure: LoggedFailure };

/** For the side that makes sequences. */
export type NodeMessage =
  /** Reader to node: events before `index` are read. */
  | { readonly kind: "read"; readonly name: string; readonly index: number }
  /** Reader to node: events go there from now on; the log says so too. */
  | { readonly kind: "attached"; readonly name: string; readonly reader: string }
  /** Reader to node: the sequence is cancelled. */
  | { readonly kind: "cancel"; readonly name: string; readonly reader: string }
  /** Node to the node before it: the claim is another's. */
  | { readonly kind: "fenced"; readonly name: string; readonly epoch: number };

/** For the side that has clients. */
export type StreamMessage =
  /** To all: a client stops a stream, by one of its names. */
  | { readonly kind: "stop"; readonly stream: string; readonly owner: string; readonly request: number }
  /** To the one that said so: the stream was open here, and has ended. */
  | { readonly kind: "stopped"; readonly request: number };

export type PeerMessage =
  | ReaderMessage
  | NodeMessage
  | StreamMessage
  /** To a node: drain, that is move all sequences to other nodes and accept no more. */
  | { readonly kind: "drain" }
  /** To all: the connection with that stream number was resumed elsewhere. */
  | { readonly kind: "takeOver"; readonly stream: string };

/** The sender, for `read` and its like to go back to. */
export interface Envelope {
  readonly from: string;
  readonly messages: readonly PeerMessage[];
}
