/**
 * A sequence that this node has claimed: its events go to the reader as they come, and into the log in batches. A batch is
 * appended behind the last entry that the node knows; where there is another, and the claim not its own, it stops at once.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { JsMsg } from "@nats-io/jetstream";
import type { TokenEvent } from "@tokenmill/core";
import type { SequenceHandle, TokenObserver } from "@tokenmill/engine";
import { ClusterError } from "../errors.ts";
import { type LogEntry, type LoggedFailure, type Standing, standingOf } from "../log/entry.ts";
import { type Addressee, addresseeOf } from "../peers/addressee.ts";
import { conclude } from "./conclude.ts";
import { failureOf } from "./failureOf.ts";
import type { Departure, RunningContext } from "./runningContext.ts";
import { tellEvents, tellFailure } from "./tellReader.ts";
import { UnwrittenEvents } from "./unwrittenEvents.ts";

/** Time before another node is given what this one could not do. */
const retryMs = 100;
/** Time without an entry after which the node checks that its claim is still its own. */
const quietMs = 10_000;

export class RunningSequence implements TokenObserver {
  readonly name: string;
  handle!: SequenceHandle;
  /** Work message that the claim is kept by. */
  message: JsMsg;
  readonly #context: RunningContext;
  readonly epoch: number;
  /** As of the last entry. */
  #standing: Standing;
  #addressee: Addressee;
  /** Number of the last entry; 0: the claim is on its way. */
  #lastSeq = 0;
  /** Events that are not in the log. */
  readonly #unwritten = new UnwrittenEvents();
  /** Index of the next event. */
  #position: number;
  /** As `#position`, of the engine's sequence, which may make again what the log has. */
  #made: number;
  #readIndex: number;
  #heardMs: number = performance.now();
  #appendedMs: number = performance.now();
  #isPaused = false;
  #isWriting = false;
  #failure: LoggedFailure | undefined;
  #hasEnded = false;
  #isGone = false;

  /**
   * @param claim which is appended, or about to be: nothing is written before `claimed`
   * @param made output tokens that the engine's sequence begins with
   */
  constructor(context: RunningContext, name: string, message: JsMsg, claim: LogEntry, made: number) {
    this.#context = context;
    this.name = name;
    this.message = message;
    this.epoch = claim.epoch;
    this.#standing = standingOf(claim);
    this.#addressee = addresseeOf(claim);
    this.#position = claim.position;
    this.#made = made;
    this.#readIndex = claim.position;
  }

  /** The claim is in the log, as entry number `seq`. */
  claimed(seq: number): void {
    this.#lastSeq = seq;
    if (this.#hasEnded || !this.#context.settings.isBitStable) this.flush();
  }

  get position(): number {
    return this.#position;
  }

  /** Events that are made and not in the log. */
  get lag(): number {
    return this.#unwritten.length;
  }

  next(event: TokenEvent): void {
    const { settings } = this.#context;
    if (this.#isGone) return;
    this.#made = event.index + 1;
    if (this.#made <= this.#position) return;
    this.#position = this.#made;
    this.#unwritten.push(event);
    this.#hasEnded ||= event.finishReason !== undefined;
    this.#pace();
    if (settings.isBitStable) this.#context.peers.sendEvent(this.#addressee, event);
    const isMany = this.#unwritten.sizeBytes > settings.unwrittenBytes / 4;
    // Of a claim that was another's the first event is written at once: it says that the request does not end its nodes.
    if (this.#hasEnded || !settings.isBitStable || isMany || this.#standing.attempts > 1) this.flush();
  }

  error(error: unknown): void {
    if (this.#isGone) return;
    this.#failure = failureOf(error, this.#position);
    if (!this.#failure) {
      this.#leave();
      this.message.nak(retryMs);
      this.#context.onGone(this, "handedOver");
      return;
    }
    this.#hasEnded = true;
    this.flush();
  }

  complete(): void {}

  /** The reader has all events before `index`: more than are made, where another node had sent what it had not written. */
  read(index: number): void {
    this.#heardMs = performance.now();
    this.#readIndex = Math.max(this.#readIndex, index);
    this.#pace();
  }

  /** Events go to another reader, which begins with what is in the log. */
  attached(reader: string): void {
    this.#heardMs = performance.now();
    this.#standing = { ...this.#standing, reader };
    this.#addressee = addresseeOf(this.#standing);
    if (this.#context.settings.isBitStable && this.#unwritten.length > 0)
      tellEvents(this.#context.peers, this.#standing, structuredClone(this.#unwritten.batch!));
    this.flush();
  }

  /** The one that may stop it. */
  get reader(): string {
    return this.#standing.reader;
  }

  /** Called periodically: writes what is pending, and drops the sequence if it has no reader any more. */
  tick(): void {
    const { orphanMs } = this.#context.settings;
    if (this.#unwritten.length > 0 || this.#failure) this.flush();
    else if (this.#isPaused && performance.now() - this.#heardMs > orphanMs) void this.cancel();
    else if (performance.now() - this.#appendedMs > quietMs && this.#context.isConnected()) void this.#verify();
    this.#pace();
  }

  flush(): void {
    if (this.#lastSeq === 0 || this.#isWriting || this.#isGone) return;
    void this.#write();
  }

  /** Ends it in the log, and frees its slot. */
  async cancel(): Promise<void> {
    while (this.#lastSeq === 0 && !this.#isGone) await sleep(1);
    if (this.#isGone) return;
    this.#leave();
    const isMine = await this.#conclude({ ...this.#standing, status: "cancelled" });
    if (isMine) this.message.ack();
    this.#context.onGone(this, "cancelled");
  }

  /** Writes what is pending and leaves the sequence to another node. */
  async handOver(): Promise<void> {
    if (this.#isGone) return;
    this.handle.pause();
    while (this.#isWriting || (this.#lastSeq === 0 && !this.#isGone)) await sleep(1);
    if (this.#isGone) return;
    if (this.#hasEnded) return this.#write();
    const entry = this.#entry();
    this.#leave();
    const isMine = await this.#conclude(entry);
    if (isMine) this.message.nak();
    this.#context.onGone(this, "handedOver");
  }

  /** It was never claimed: as if it had not begun. */
  abandon(): void {
    if (!this.#isGone) this.#leave();
  }

  /** Another node has it: nothing more is sent or written. */
  fence(): void {
    if (this.#isGone) return;
    this.#leave();
    this.#context.onGone(this, "fenced");
  }

  #pace(): void {
    const { settings, isConnected } = this.#context;
    const isAhead = this.#position - this.#readIndex >= settings.windowEvents;
    // Without NATS memory is all there is; with it the log takes what comes.
    const isFull = this.#unwritten.sizeBytes >= (isConnected() ? settings.unwrittenBytes : settings.unwrittenBytes / 2);
    const mustPause = isAhead || isFull;
    if (mustPause === this.#isPaused || this.#hasEnded || this.#isGone) return;
    this.#isPaused = mustPause;
    if (mustPause) this.handle.pause();
    else this.handle.resume();
  }

  #entry(): LogEntry {
    const { batch } = this.#unwritten;
    const failure = this.#failure;
    const { carried, ...standing } = this.#standing;
    return {
      ...standing,
      attempts: batch ? 0 : standing.attempts,
      status: failure ? "failed" : this.#hasEnded ? "finished" : "open",
      position: this.#position,
      ...(!this.#hasEnded && { carried: this.#made === this.#position ? this.handle.carried() : carried }),
      ...(failure && { failure }),
      ...(batch && { tokens: batch }),
    };
  }

  async #write(): Promise<void> {
    const { isBitStable, unwrittenBytes } = this.#context.settings;
    this.#isWriting = true;
    try {
      while (!this.#isGone && (this.#unwritten.length > 0 || this.#failure)) {
        const entry = this.#entry();
        if (!(await this.#append(entry))) continue;
        if (entry.status !== "open") return this.#end();
        if (isBitStable && !this.#hasEnded && this.#unwritten.sizeBytes < unwrittenBytes / 4) break;
      }
    } catch (error) {
      // What could not be written waits for the next tick.
      if (!(error instanceof ClusterError)) throw error;
    } finally {
      this.#isWriting = false;
    }
  }

  /** False: something else was appended, and seen. */
  async #append(entry: LogEntry): Promise<boolean> {
    const { log } = this.#context;
    const first = entry.tokens?.first ?? entry.position;
    const messageId = entry.tokens && `${this.name}:${first}`;
    const appended = await log.append(this.name, entry, this.#after, messageId);
    if (appended === "conflict") {
      await this.#reconcile();
      return false;
    }
    this.#written(appended.seq, entry);
    return true;
  }

  /** The log has entries that the node has not seen: is the claim still its own, and how far did its events get? */
  async #reconcile(): Promise<void> {
    const tail = await this.#context.log.tail(this.name);
    if (this.#isGone) return;
    if (!tail || !this.#isOwnClaim(tail.entry)) this.fence();
    else if (tail.entry.status === "cancelled") this.#end("cancelled");
    else {
      this.#written(tail.seq, tail.entry);
      if (tail.entry.status !== "open") this.#end();
    }
  }

  async #verify(): Promise<void> {
    this.#appendedMs = performance.now();
    const tail = await this.#context.log.tail(this.name).catch(() => undefined);
    if (tail && tail.seq !== this.#lastSeq && !this.#isWriting) await this.#reconcile().catch(() => undefined);
  }

  #written(seq: number, entry: LogEntry): void {
    const { peers, settings } = this.#context;
    this.#appendedMs = performance.now();
    this.#lastSeq = seq;
    // A reader that came meanwhile is in the next entry.
    this.#standing = { ...standingOf(entry), epoch: this.epoch };
    this.#addressee = addresseeOf(this.#standing);
    const written = this.#unwritten.takeBefore(entry.position);
    if (!settings.isBitStable && written) tellEvents(peers, this.#standing, written);
    if (entry.failure) tellFailure(peers, this.#standing, entry.failure);
    this.#pace();
  }

  /** All is in the log: the work is done, whoever does it. */
  #end(departure: Departure = "ended"): void {
    this.#leave();
    this.message.ack();
    this.#context.onGone(this, departure);
  }

  /** A last entry. True: the claim was the node's own to the end, so that the work message is too. */
  #conclude(entry: LogEntry): Promise<boolean> {
    const isOwnClaim = (tail: Standing): boolean => this.#isOwnClaim(tail);
    return conclude({ log: this.#context.log, name: this.name, isOwnClaim }, entry, this.#after);
  }

  /** Two nodes have claims of one number where NATS has lost the log of the first. */
  #isOwnClaim({ epoch, node }: Standing): boolean {
    return (epoch === this.epoch && node === this.#context.peers.id) || !this.#context.checksClaims;
  }

  /** The entry that the next one must follow. */
  get #after(): number | undefined {
    return this.#context.checksClaims ? this.#lastSeq : undefined;
  }

  #leave(): void {
    this.#isGone = true;
    this.handle.cancel();
  }
}
