/** A process's side towards its clients: puts their requests into the cluster and delivers the events. */
import { type JetStreamClient, JetStreamApiError } from "@nats-io/jetstream";
import { messageOf } from "@tokenmill/check";
import type { GenerateRequest, TokenEvent } from "@tokenmill/core";
import { childSequenceId, type Engine, type SequenceSnapshot, type TokenObserver } from "@tokenmill/engine";
import { ClusterError } from "../errors.ts";
import { type LogEntry, standingOf } from "../log/entry.ts";
import type { SequenceLog } from "../log/sequenceLog.ts";
import type { ClusterNames } from "../names.ts";
import type { Work } from "../node/work.ts";
import type { Addressee } from "../peers/addressee.ts";
import type { ReaderMessage } from "../peers/messages.ts";
import type { Peers } from "../peers/peers.ts";
import { encode } from "../wire/codec.ts";
import { plainEventAt, plainEventLength, type PlainEvents } from "../wire/plainEvents.ts";
import { attach } from "./attach.ts";
import { RemoteSequence, type RemoteContext } from "./remoteSequence.ts";
import { digestOf, withStream } from "./streamRecord.ts";

/** The client's stream that a sequence belongs to: by it any process finds the sequence when the client reconnects. */
export interface StreamPlace {
  /** As `newStreamId` gave it. */
  readonly streamId: number;
  /** Which of the stream's outputs, from 0. */
  readonly index: number;
  /** The client had events of it before: the sequence is resumed. */
  readonly isResumed: boolean;
  /** What the client knows the stream by, for logs. */
  readonly label?: string;
}

/** Control of a sequence of the cluster. */
export interface ClusterSequence {
  readonly sequenceId: number | bigint;
  pause(): void;
  resume(): void;
  /** Ends it wherever it is made. */
  cancel(): void;
  /** Leaves it to another reader. */
  detach(): void;
}

export interface GatewayOptions {
  readonly engine: Engine;
  readonly js: JetStreamClient;
  readonly names: ClusterNames;
  readonly log: SequenceLog;
  readonly peers: Peers;
  readonly isConnected: () => boolean;
  /** Time that a request waits for a node. */
  readonly queueTimeoutMs: number;
  /** Largest message of NATS. */
  readonly maxPayloadBytes: () => number;
  /** Time without an event after which is looked whether a process makes it. */
  readonly quietMs: number;
  readonly isPresent: (peer: string) => Promise<boolean>;
  /** Whether what a client has of a sequence can be made again. */
  readonly isBitStable: boolean;
  /** Why the cluster is not this process's any more, while NATS can be reached. */
  readonly fault: () => Error | undefined;
  readonly onLog: (event: string, details: Readonly<Record<string, unknown>>) => void;
}

const tickMs = 250;
const publishTimeoutMs = 2000;
/** Ticks between two words to a node that the reader is still there. */
const keepTicks = 20;
/** Of a scored token, or one of its alternatives, as it travels. */
const scoredTokenBytes = 32;

export class Gateway {
  readonly #options: GatewayOptions;
  readonly #sequences: Map<number, RemoteSequence> = new Map();
  readonly #timer: NodeJS.Timeout;
  #lastNumber = 0;
  #ticks = 0;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#tick(), tickMs);
  }

  /** Sequences that are read here. */
  get openCount(): number {
    return this.#sequences.size;
  }

  /** @throws as `Engine.open` does for a bad request; ClusterError `cluster_unavailable`, `request_too_large` */
  open(request: GenerateRequest, observer: TokenObserver, place: StreamPlace): ClusterSequence {
    if (!this.#options.isConnected()) {
      const reason = this.#options.fault()?.message ?? "NATS cannot be reached: try again later";
      throw new ClusterError("cluster_unavailable", reason);
    }
    const sequenceId = request.sequenceId ?? childSequenceId(place.streamId, place.index);
    const record = this.#options.engine.record(withStream(request, sequenceId));
    const name = `${place.streamId}-${place.index}`;
    const number = ++this.#lastNumber;
    const context = {
      ...this.#context,
      onGivenUp: () => void this.#cancel(sequence, work, start),
      onQuiet: () => void this.#revive(sequence, work),
    };
    const sequence = new RemoteSequence(context, { name, sequenceId, number }, observer);
    const reader = this.#readerOf(sequence);
    const work: Work = { name, record, reader, digest: digestOf(record), isNew: !place.isResumed };
    const payload = encode(work);
    this.#checkSize(payload, record);
    this.#sequences.set(number, sequence);
    this.#options.onLog(place.isResumed ? "resumed" : "opened", { sequence: name, stream: place.label });
    const start = this.#start(sequence, work, payload);
    start.then(
      (seq) => (sequence.work = seq),
      (error: unknown) => sequence.fail(error),
    );
    return {
      sequenceId,
      pause: () => sequence.pause(),
      resume: () => sequence.resume(),
      cancel: () => {
        if (sequence.hasEnded) return;
        sequence.close();
        void this.#cancel(sequence, work, start);
      },
      detach: () => sequence.close(),
    };
  }

  receive(message: ReaderMessage, from: string): void {
    if (message.kind === "events") return this.#receiveEvents(message.events, from);
    const sequence = this.#sequences.get(message.reader);
    if (message.kind === "tokens") sequence?.receive(message.batch, message.epoch, from);
    else if (message.kind === "claimed") sequence?.claimed(message.epoch, from);
    else sequence?.failed(message.failure, message.epoch);
  }

  /** An event of a sequence that this process makes itself. */
  receiveEvent(event: TokenEvent, { reader, epoch, peer }: Addressee): void {
    this.#sequences.get(reader)?.receiveEvent(event, epoch, peer);
  }

  #receiveEvents(events: PlainEvents, from: string): void {
    for (let at = 0; at < events.length; at += plainEventLength) {
      const sequence = this.#sequences.get(events[at] as number);
      sequence?.receiveEvent(plainEventAt(events, at, sequence.sequenceId), events[at + 1] as number, from);
    }
  }

  /** Cancels the outputs of a stream that nodes make. @returns whether there were some. @throws ClusterError `cluster_unavailable` */
  async stopStream(streamId: number): Promise<boolean> {
    const { log, peers } = this.#options;
    let hasStopped = false;
    for (let index = 0; ; index++) {
      const name = `${streamId}-${index}`;
      let tail = await log.tail(name);
      if (!tail) return hasStopped;
      for (; tail?.entry.status === "open"; tail = await log.tail(name)) {
        const standing = standingOf(tail.entry);
        if ((await log.append(name, { ...standing, status: "cancelled" }, tail.seq)) === "conflict") continue;
        peers.send(standing.node, { kind: "cancel", name, reader: standing.reader });
        hasStopped = true;
        break;
      }
    }
  }

  /** After a time without NATS: what came meanwhile is in the logs. */
  reconnected(): void {
    for (const sequence of this.#sequences.values()) sequence.fill();
  }

  /** Ends all sequences with that error. */
  failAll(error: Error): void {
    for (const sequence of this.#sequences.values()) sequence.fail(error);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.failAll(new ClusterError("cluster_unavailable", "the process leaves the cluster"));
  }

  get #context(): Omit<RemoteContext, "onGivenUp" | "onQuiet"> {
    const { log, peers, queueTimeoutMs, quietMs } = this.#options;
    return {
      log,
      queueTimeoutMs,
      quietMs,
      sendRead: ({ node, name, readIndex }) => {
        if (node !== "") peers.send(node, { kind: "read", name, index: readIndex });
      },
      onEnd: ({ number, name, readIndex }) => {
        this.#sequences.delete(number);
        this.#options.onLog("left", { sequence: name, position: readIndex });
      },
    };
  }

  #readerOf({ number }: RemoteSequence): string {
    return `${this.#options.peers.id}.${number}`;
  }

  async #publish(work: Work, payload: Uint8Array, messageId: string): Promise<number> {
    const { js, names } = this.#options;
    try {
      const { seq } = await js.publish(names.workSubject, payload, { msgID: messageId, timeout: publishTimeoutMs });
      return seq;
    } catch (error) {
      const isFull = error instanceof JetStreamApiError && error.code === 10077;
      const code = isFull ? "cluster_full" : "cluster_unavailable";
      throw new ClusterError(code, `the request of ${work.name} was not taken: ${messageOf(error)}`, { cause: error });
    }
  }

  /** Its number in the queue. A request that was not answered, and is made all the same, is attached to. */
  async #start(sequence: RemoteSequence, work: Work, payload: Uint8Array): Promise<number> {
    const { log, peers } = this.#options;
    if (work.isNew) {
      try {
        return await this.#publish(work, payload, work.name);
      } catch (error) {
        if (sequence.node === "") throw error;
      }
    }
    const publish = (messageId: string): Promise<number> => this.#publish(work, payload, messageId);
    return attach({ log, peers, publish }, sequence, work);
  }

  /** Where nobody has been given the work of a process that is gone, or NATS has lost the log, it is put into the queue again. */
  async #revive(sequence: RemoteSequence, work: Work): Promise<void> {
    const { log, isPresent, onLog } = this.#options;
    const { name, reader } = work;
    try {
      const tail = await log.tail(name);
      if (sequence.hasEnded) return;
      if (tail && (tail.entry.status !== "open" || tail.entry.reader !== reader)) return;
      if (tail && (await isPresent(tail.entry.node))) return;
      const { epoch, readIndex } = sequence;
      if (!tail && readIndex > 0 && !this.#options.isBitStable) {
        const reason = `NATS has lost the log of ${name}, and its ${readIndex} tokens cannot be made again`;
        return sequence.fail(new ClusterError("log_truncated", reason));
      }
      if (!tail) sequence.logLost();
      const again: Work = { ...work, isNew: false, ...(!tail && { epoch }) };
      sequence.work = await this.#publish(again, encode(again), `${name}@${tail?.seq ?? 0}:${reader}`);
      onLog("queuedAgain", { sequence: name, epoch, position: tail?.entry.position ?? 0 });
    } catch (error) {
      // It is looked at again later.
      if (!(error instanceof ClusterError)) throw error;
    }
  }

  /** At the node, which is quick, and in the log, which counts. */
  async #cancel({ node }: RemoteSequence, { name, reader, digest }: Work, start: Promise<number>): Promise<void> {
    const { log, peers } = this.#options;
    if (node !== "") peers.send(node, { kind: "cancel", name, reader });
    try {
      const work = await start;
      let before: LogEntry = { epoch: 0, node: "", reader, work, status: "open", position: 0, attempts: 0, digest };
      for (let after = 0; ; ) {
        const entry: LogEntry = { ...standingOf(before), reader, work, status: "cancelled" };
        if ((await log.append(name, entry, after)) !== "conflict") return;
        const tail = await log.tail(name);
        if (!tail || tail.entry.work > work || isSettled(tail.entry, work, reader)) return;
        before = tail.entry;
        after = tail.seq;
      }
    } catch (error) {
      // Without a reader the sequence stops by itself, later.
      if (!(error instanceof ClusterError)) throw error;
    }
  }

  /** @throws ClusterError `request_too_large` unless request and answer fit into messages */
  #checkSize(payload: Uint8Array, { promptLogprobs, promptTokenIds }: SequenceSnapshot): void {
    const most = this.#options.maxPayloadBytes() - 4096;
    const scores = promptLogprobs === undefined ? 0 : scoredTokenBytes * promptTokenIds.length * (1 + promptLogprobs);
    const size = Math.max(payload.length, scores);
    if (size <= most) return;
    const what = scores > payload.length ? "the scores of the prompt" : "the request";
    const message = `${what} take ${size} bytes, and a message of this cluster holds ${most}: raise NATS' max_payload`;
    throw new ClusterError("request_too_large", message);
  }

  #tick(): void {
    if (!this.#options.isConnected()) return;
    const isKeeping = ++this.#ticks % keepTicks === 0;
    for (const sequence of this.#sequences.values()) {
      sequence.tick();
      if (isKeeping) this.#context.sendRead(sequence);
    }
  }
}

/** It has ended, or another reader has it. */
function isSettled(entry: LogEntry, work: number, reader: string): boolean {
  if (entry.status === "finished" || entry.status === "failed") return true;
  return entry.work === work && (entry.status === "cancelled" || entry.reader !== reader);
}
