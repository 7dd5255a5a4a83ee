/**
 * Makes sequences: takes work as it has places for, claims it in the sequence's log, and goes on from what the log has. The
 * claim is kept by the work queue's own acknowledgement time; a node that is silent for a lease loses its work to others.
 */
import type { JsMsg } from "@nats-io/jetstream";
import { messageOf } from "@tokenmill/check";
import {
  advanceRecord,
  type Engine,
  SequenceError,
  type SequenceHandle,
  type SequenceSnapshot,
  type TokenObserver,
} from "@tokenmill/engine";
import { ClusterError } from "../errors.ts";
import { type LogEntry, type Standing, type StoredEntry, standingOf } from "../log/entry.ts";
import type { SequenceLog } from "../log/sequenceLog.ts";
import type { NodeMessage } from "../peers/messages.ts";
import type { Peers } from "../peers/peers.ts";
import { readerOf } from "../peers/readerOf.ts";
import { decode } from "../wire/codec.ts";
import type { NodeSettings } from "./nodeSettings.ts";
import type { Departed, Departure, RunningContext } from "./runningContext.ts";
import { RunningSequence } from "./runningSequence.ts";
import type { Work } from "./work.ts";

export interface NodeOptions {
  readonly engine: Engine;
  readonly log: SequenceLog;
  readonly peers: Peers;
  readonly settings: NodeSettings;
  readonly isConnected: () => boolean;
  readonly checksClaims: boolean;
  readonly onLog: (event: string, details: Readonly<Record<string, unknown>>) => void;
}

export interface NodeCounts {
  claimed: number;
  /** Of these: with an output that another node, or an earlier life of this one, had begun. */
  continued: number;
  ended: number;
  cancelled: number;
  handedOver: number;
  fenced: number;
  givenUp: number;
}

export class Node {
  readonly counts: NodeCounts = {
    claimed: 0,
    continued: 0,
    ended: 0,
    cancelled: 0,
    handedOver: 0,
    fenced: 0,
    givenUp: 0,
  };
  readonly #options: NodeOptions;
  readonly #running: Map<string, RunningSequence> = new Map();
  readonly #claiming: Set<string> = new Set();
  readonly #timers: NodeJS.Timeout[];
  /** Called when a place is free. */
  onFree: () => void = () => {};

  constructor(options: NodeOptions) {
    this.#options = options;
    const { leaseMs, flushMs } = options.settings;
    this.#timers = [setInterval(() => this.#keep(), leaseMs / 4), setInterval(() => this.#tick(), flushMs)];
  }

  get open(): number {
    return this.#running.size + this.#claiming.size;
  }

  get free(): number {
    return Math.max(0, this.#options.settings.capacity - this.open);
  }

  /** Events that are made and not in their logs. */
  get lag(): number {
    let lag = 0;
    for (const sequence of this.#running.values()) lag += sequence.lag;
    return lag;
  }

  /** Takes a message of the work queue. */
  async take(message: JsMsg): Promise<void> {
    const work = decode<Work>(message.data);
    const running = this.#running.get(work.name);
    if (running) {
      // The lease ran out while this node went on: the claim is still its own.
      running.message = message;
      message.working();
      return;
    }
    if (this.#claiming.has(work.name)) return;
    this.#claiming.add(work.name);
    try {
      await this.#claim(work, message);
    } catch (error) {
      if (!(error instanceof ClusterError)) this.#options.onLog("claimFailed", { sequence: work.name, error });
      message.nak(100);
    } finally {
      this.#claiming.delete(work.name);
      this.onFree();
    }
  }

  receive(message: NodeMessage): void {
    switch (message.kind) {
      case "read":
        this.#running.get(message.name)?.read(message.index);
        break;
      case "attached":
        this.#running.get(message.name)?.attached(message.reader);
        break;
      case "cancel": {
        const running = this.#running.get(message.name);
        if (running?.reader === message.reader) void running.cancel();
        break;
      }
      case "fenced": {
        const running = this.#running.get(message.name);
        const isLater = running && running.epoch < message.epoch;
        if (isLater && this.#options.checksClaims) running.fence();
        break;
      }
    }
  }

  /** Moves every sequence to other nodes. Nothing may be claimed any more. */
  async handOver(): Promise<void> {
    await Promise.all([...this.#running.values()].map((sequence) => sequence.handOver()));
  }

  /** Drops everything at once, as a process that is killed. */
  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
    for (const sequence of this.#running.values()) sequence.fence();
  }

  async #claim(work: Work, message: JsMsg): Promise<void> {
    const { log, peers, settings, engine } = this.#options;
    const { name } = work;
    let tail = message.info.deliveryCount > 1 ? await log.tail(name) : undefined;
    let claim: StoredEntry | undefined;
    while (!claim) {
      if (tail && isDone(tail, message.seq)) {
        message.ack();
        return;
      }
      const entry = claimOf(work, message.seq, tail?.entry, peers.id);
      const isGivenUp = entry.attempts > settings.mostAttempts;
      const appended = await log.append(name, isGivenUp ? givenUp(entry) : entry, tail?.seq ?? 0);
      if (appended === "conflict") tail = await log.tail(name);
      else if (isGivenUp) {
        this.#tellGivenUp(givenUp(entry));
        message.ack();
        return;
      } else claim = { seq: appended.seq, entry };
    }
    const before = tail?.entry.node;
    if (before && before !== peers.id) peers.send(before, { kind: "fenced", name, epoch: claim.entry.epoch });
    const [reader, number] = readerOf(claim.entry.reader);
    peers.send(reader, { kind: "claimed", reader: number, epoch: claim.entry.epoch });
    const record = await this.#recordAt(work, claim.entry);
    this.counts.claimed++;
    if (claim.entry.epoch > 1) this.counts.continued++;
    this.#options.onLog("claimed", { sequence: name, epoch: claim.entry.epoch, position: claim.entry.position });
    const sequence = new RunningSequence(this.#context, name, message, claim, record.position);
    try {
      sequence.handle = reopen(engine, record, sequence);
    } catch (error) {
      const failure = { code: "internal" as const, message: messageOf(error), index: record.position };
      const entry: LogEntry = { ...claim.entry, status: "failed", failure };
      await log.append(name, entry, claim.seq);
      this.#tellGivenUp(entry);
      message.ack();
      return;
    }
    this.#running.set(name, sequence);
  }

  /** The record with the output that the log has. */
  async #recordAt({ name, record }: Work, { position, carried }: Standing): Promise<SequenceSnapshot> {
    const { log, settings } = this.#options;
    if (position === 0 || !carried) return record;
    const batches = await log.batches(name, position);
    if (batches) {
      const tokenIds = batches.flatMap((batch) => batch.tokenIds);
      return advanceRecord(record, tokenIds, carried);
    }
    if (settings.isBitStable) return record;
    throw new ClusterError("log_truncated", `the log of ${name} does not begin with its first token any more`);
  }

  #tellGivenUp({ reader, epoch, failure }: LogEntry): void {
    this.counts.givenUp++;
    const [peer, number] = readerOf(reader);
    this.#options.peers.send(peer, { kind: "failed", reader: number, epoch, failure: failure! });
  }

  readonly #gone = (sequence: Departed, departure: Departure): void => {
    if (this.#running.get(sequence.name) === sequence) this.#running.delete(sequence.name);
    this.counts[departure]++;
    this.#options.onLog(departure, { sequence: sequence.name, epoch: sequence.epoch, position: sequence.position });
    this.onFree();
  };

  get #context(): RunningContext {
    const { log, peers, settings, isConnected, checksClaims } = this.#options;
    return { log, peers, settings, isConnected, checksClaims, onGone: this.#gone };
  }

  #keep(): void {
    if (!this.#options.isConnected()) return;
    for (const { message } of this.#running.values()) message.working();
  }

  #tick(): void {
    if (!this.#options.isConnected()) return;
    for (const sequence of this.#running.values()) sequence.tick();
  }
}

/** The claim that follows an entry, or the first. */
function claimOf(work: Work, seq: number, before: LogEntry | undefined, node: string): LogEntry {
  if (!before) {
    const { reader, digest } = work;
    return { epoch: 1, node, reader, work: seq, status: "open", position: 0, attempts: 1, digest };
  }
  const { attempts, epoch } = before;
  // A later message is a later reader's.
  const reader = seq > before.work ? work.reader : before.reader;
  return { ...standingOf(before), epoch: epoch + 1, node, reader, work: seq, status: "open", attempts: attempts + 1 };
}

function givenUp({ carried: _carried, ...entry }: LogEntry): LogEntry {
  const message = `given up: ${entry.attempts - 1} nodes in turn claimed the sequence and made no token`;
  return { ...entry, status: "failed", failure: { code: "internal", message, index: entry.position } };
}

/** Nothing is left to do, or another message is there to do it. A later message goes on with what was cancelled. */
function isDone({ entry: { status, work } }: StoredEntry, seq: number): boolean {
  if (work > seq) return true;
  return status === "finished" || status === "failed" || (status === "cancelled" && work === seq);
}

/** Under its own id; where a sequence of another client has it, under one of this process, with the same random stream. */
function reopen(engine: Engine, record: SequenceSnapshot, observer: TokenObserver): SequenceHandle {
  try {
    return engine.reopen(record, observer);
  } catch (error) {
    if (!(error instanceof SequenceError) || error.code !== "duplicate_sequence_id") throw error;
    const { sequenceId, randomStreamId = sequenceId } = record;
    return engine.reopen({ ...record, sequenceId: String(2n ** 63n + ++lastOwnId), randomStreamId }, observer);
  }
}
let lastOwnId = 0n;
