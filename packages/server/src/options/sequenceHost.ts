/** Where the sequences of clients are made, if not by this process alone: a cluster, as @tokenmill/cluster is one. */
import type { BatchAnswers, BatchItem, BatchSettings, GenerateRequest } from "@tokenmill/core";
import type { Engine, SequenceHandle, TokenObserver } from "@tokenmill/engine";

/** Which stream of a client's a sequence belongs to. */
export interface StreamPlace {
  /** As `newStreamId` gave it; events' ids carry it, so that any server finds the stream again. */
  readonly streamId: number;
  /** Which of the stream's outputs, from 0. */
  readonly index: number;
  /** The client had events of it before. */
  readonly isResumed: boolean;
  /** What the client knows the stream by, for logs. */
  readonly label?: string;
}

export interface HostedSequence extends Pick<SequenceHandle, "sequenceId" | "pause" | "resume" | "cancel"> {
  /** Leaves it to another reader. Absent: there is none, it is cancelled. */
  detach?(): void;
}

/** A stream by a name that its server knows it by, whose owner's it must be, and its number where the name says so. */
interface HostedStream {
  readonly stream: string;
  readonly owner: string;
  readonly streamId: number | undefined;
}

export interface SequenceHost {
  /** Whether it takes requests now. */
  readonly isConnected: boolean;
  newStreamId(): number;
  /** As `Engine.open`. Errors of its own have a `code`, and a `statusCode` of HTTP. */
  open(request: GenerateRequest, observer: TokenObserver, place: StreamPlace): HostedSequence;
  /** Answers requests of batches with what this server has for them, whoever has the batch. */
  serveBatches(answers: BatchAnswers): void;
  /** Has a batch answered by any server: results in the order of the items, some lines at a time. */
  answerBatch(items: AsyncIterable<BatchItem>, batch: HostedBatch): AsyncIterable<readonly string[]>;
  /** Tells every server that the stream of that number was resumed in another connection. */
  takeOver(stream: string): void;
  /** Called when a server says so, this one included. */
  onTakeOver: (stream: string) => void;
  /** Stops a stream, whichever server has its client. @returns whether it was open */
  stop(name: HostedStream): Promise<boolean>;
  /** Called when a server stops a stream, this one included: ends it if its client is here. @returns whether it was */
  onStop: (stream: string, owner: string) => boolean;
  /** Numbers for `/metrics`, by name. */
  stats(): object;
  /** Makes nothing more here; sequences in flight are moved to other processes. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

/** A batch that a host has answered. */
export interface HostedBatch {
  /** Its name: letters, digits, `-` and `_`. */
  readonly batch: string;
  readonly settings: BatchSettings;
  readonly signal: AbortSignal;
}

/** What a host works with. */
export interface HostParts {
  readonly engine: Engine;
  /** What tokens follow from besides the request. */
  readonly identity: string;
  /** The same in words. */
  readonly description: string;
}

export type JoinHost = (parts: HostParts) => Promise<SequenceHost>;
