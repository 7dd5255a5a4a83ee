/**
 * Makes sequences: takes work as it has places for, claims it in the sequence's log, and goes on from what the log has. The
 * claim is kept by the work queue's own acknowledgement time; a node that is silent for a lease loses its work to others.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { JsMsg } from "@nats-io/jetstream";
import { advanceRecord, type Engine, type SequenceSnapshot } from "@tokenmill/engine";
import { ClusterError } from "../errors.ts";
import type { LogEntry, Standing, StoredEntry } from "../log/entry.ts";
import type { SequenceLog } from "../log/sequenceLog.ts";
import type { NodeMessage } from "../peers/messages.ts";
import type { Peers } from "../peers/peers.ts";
import { hasOutlived, type Witness } from "../presence/hasOutlived.ts";
import { decode } from "../wire/codec.ts";
import { claimOf, givenUp, isDone, reopen } from "./claim.ts";
import { failureOf } from "./failureOf.ts";
import type { NodeSettings } from "./nodeSettings.ts";
import type { Departed, Departure, RunningContext } from "./runningContext.ts";
import { RunningSequence } from "./runningSequence.ts";
import { tellClaim, tellFailure } from "./tellReader.ts";
import type { Work } from "./work.ts";

export interface NodeOptions {
  readonly engine: Engine;
  readonly log: SequenceLog;
  readonly peers: Peers;
  readonly settings: NodeSettings;
  readonly isConnected: () => boolean;
  readonly isPresent: Witness["isPresent"];
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
  readonly #claiming: Map<string, JsMsg> = new Map();
  readonly #leaving: AbortController = new AbortController();
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
    this.#claiming.set(work.name, message);
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
    this.#leaving.abort();
    for (;;) {
      await Promise.all([...this.#running.values()].map((sequence) => sequence.handOver()));
      if (this.#claiming.size === 0) return;
      await sleep(1);
    }
  }

  /** Drops everything at once, as a process that is killed. */
  stop(): void {
    this.#leaving.abort();
    for (const timer of this.#timers) clearInterval(timer);
    this.dropAll();
  }

  dropAll(): void {
    for (const sequence of this.#running.values()) sequence.fence();
  }

  async #claim(work: Work, message: JsMsg): Promise<void> {
    const { log, peers, settings, engine } = this.#options;
    const { name } = work;
    if (work.isNew && message.info.deliveryCount === 1 && (await this.#begin(work, message))) return;
    let tail = message.info.deliveryCount > 1 ? await log.tail(name) : undefined;
    let claim: StoredEntry | undefined;
    while (!claim) {
      if (tail && isDone(tail, message.seq)) {
        message.ack();
        return;
      }
      let entry = claimOf(work, message.seq, tail?.entry, peers.id);
      const isSuspect = entry.attempts > settings.mostAttempts;
      const isGivenUp = isSuspect && !(await this.#hasOutlived(tail!.entry.node));
      if (isSuspect && !isGivenUp) entry = { ...entry, attempts: 1 };
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
    const record = await this.#recordAt(work, claim.entry);
    const sequence = new RunningSequence(this.#context, name, message, claim.entry, record.position);
    sequence.claimed(claim.seq);
    this.#noteClaim(name, claim.entry);
    try {
      sequence.handle = reopen(engine, record, sequence);
    } catch (error) {
      const failure = failureOf(error, record.position);
      if (!failure) throw error; // another node may do better
      const entry: LogEntry = { ...claim.entry, status: "failed", failure };
      await log.append(name, entry, claim.seq);
      this.#tellGivenUp(entry);
      message.ack();
      return;
    }
    this.#running.set(name, sequence);
  }

  /**
   * Begins what nobody has claimed before while the claim is on its way: tokens of two nodes are the same, and only the one that
   * has the claim writes them. False: there is a claim already.
   */
  async #begin(work: Work, message: JsMsg): Promise<boolean> {
    const { log, peers, engine } = this.#options;
    const { name, record } = work;
    const entry = claimOf(work, message.seq, undefined, peers.id);
    const sequence = new RunningSequence(this.#context, name, message, entry, record.position);
    try {
      sequence.handle = reopen(engine, record, sequence);
    } catch {
      // Its failure is logged under a claim.
      return false;
    }
    this.#claiming.delete(name);
    this.#running.set(name, sequence);
    const appended = await log.append(name, entry, 0).catch((error: unknown) => {
      this.#drop(sequence);
      throw error;
    });
    if (appended === "conflict") {
      this.#drop(sequence);
      return false;
    }
    this.#noteClaim(name, entry);
    sequence.claimed(appended.seq);
    return true;
  }

  #hasOutlived(node: string): Promise<boolean> {
    const { peers, isPresent } = this.#options;
    return hasOutlived({ id: peers.id, isPresent, leaving: this.#leaving.signal }, node);
  }

  #drop(sequence: RunningSequence): void {
    this.#running.delete(sequence.name);
    this.#claiming.set(sequence.name, sequence.message);
    sequence.abandon();
  }

  #noteClaim(name: string, { reader, epoch, position }: LogEntry): void {
    tellClaim(this.#options.peers, { reader, epoch });
    this.counts.claimed++;
    if (epoch > 1) this.counts.continued++;
    this.#options.onLog("claimed", { sequence: name, epoch, position });
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

  #tellGivenUp(entry: LogEntry): void {
    this.counts.givenUp++;
    tellFailure(this.#options.peers, entry, entry.failure!);
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
    for (const message of this.#claiming.values()) message.working();
  }

  #tick(): void {
    if (!this.#options.isConnected()) return;
    for (const sequence of this.#running.values()) sequence.tick();
  }
}
