/**
 * Messages between processes, gathered: one NATS message to each peer carries what all its sequences have to say. The first goes
 * at the end of the event loop's turn, what follows within a millisecond together. What is for this process itself never leaves
 * it, whether NATS is there or not.
 */
import type { TokenEvent } from "@tokenmill/core";
import type { NatsConnection } from "@nats-io/transport-node";
import type { ClusterNames } from "../names.ts";
import { hear } from "../connection/hear.ts";
import { encode } from "../wire/codec.ts";
import { isPlain } from "../wire/plainEvents.ts";
import { newBatch } from "../wire/tokenBatch.ts";
import type { Addressee } from "./addressee.ts";
import type { Envelope, PeerMessage } from "./messages.ts";
import { Outbox } from "./outbox.ts";

export interface PeerListener {
  onMessage(message: PeerMessage, from: string): void;
  /** An event that was made in this process for one of its readers. */
  onEvent(event: TokenEvent, to: Addressee): void;
  /** NATS does not let this process hear the others: what is for its readers it finds in the log, late. */
  onRefused(error: Error): void;
}

/** Messages and events that a NATS message carries at most. */
const mostAtOnce = 512;
/** Time between two NATS messages: each costs a system call here and one there, whatever it carries. */
const gatherMs = 1;

export class Peers {
  readonly id: string;
  readonly #nc: NatsConnection;
  readonly #names: ClusterNames;
  readonly #listener: PeerListener;
  readonly #outboxes: Map<string, Outbox> = new Map();
  readonly #own: Outbox = new Outbox();
  #hasOwnEvents = false;
  #isScheduled = false;
  #postedMs = 0;
  /** Messages and bytes that went to other processes since the start. */
  readonly sent = { messages: 0, sizeBytes: 0 };

  constructor(nc: NatsConnection, names: ClusterNames, id: string, listener: PeerListener) {
    this.#nc = nc;
    this.#names = names;
    this.id = id;
    this.#listener = listener;
    const receive = (envelope: Envelope): void => this.#receive(envelope);
    for (const subject of [names.peerSubject(id), names.everyPeer]) hear(nc, subject, receive, listener.onRefused);
  }

  send(peer: string, message: PeerMessage): void {
    if (peer === this.id) {
      this.#own.push(message);
      this.#hasOwnEvents ||= message.kind === "tokens";
      if (this.#own.length === 1) setImmediate(() => this.#deliverOwn());
      return;
    }
    const outbox = this.#outboxOf(peer);
    outbox.push(message);
    this.#schedule(peer, outbox);
  }

  /** A reader of this process has it at once, as from an engine, unless earlier events wait for it. */
  sendEvent(to: Addressee, event: TokenEvent): void {
    const { peer, reader, epoch } = to;
    if (peer === this.id && !this.#hasOwnEvents) this.#listener.onEvent(event, to);
    else if (peer === this.id || !isPlain(event)) {
      this.send(peer, { kind: "tokens", reader, epoch, batch: newBatch(event) });
    } else {
      const outbox = this.#outboxOf(peer);
      outbox.pushEvent(to, event);
      this.#schedule(peer, outbox);
    }
  }

  /** To every process of the cluster, this one included. */
  broadcast(message: PeerMessage): void {
    this.#listener.onMessage(message, this.id);
    if (!this.#nc.isClosed()) this.#nc.publish(this.#names.everyPeer, encode({ from: this.id, messages: [message] }));
  }

  /** Sends what waits. */
  flush(): void {
    this.#isScheduled = false;
    this.#postedMs = performance.now();
    for (const [peer, outbox] of this.#outboxes) {
      if (outbox.length > 0) this.#post(peer, outbox.take());
      // Peers come and go.
      else this.#outboxes.delete(peer);
    }
  }

  #outboxOf(peer: string): Outbox {
    let outbox = this.#outboxes.get(peer);
    if (!outbox) this.#outboxes.set(peer, (outbox = new Outbox()));
    return outbox;
  }

  #schedule(peer: string, outbox: Outbox): void {
    if (outbox.length >= mostAtOnce) this.#post(peer, outbox.take());
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    if (performance.now() - this.#postedMs < gatherMs) setTimeout(() => this.flush(), gatherMs);
    else setImmediate(() => this.flush());
  }

  #post(peer: string, messages: PeerMessage[]): void {
    if (this.#nc.isClosed()) return;
    const payload = encode({ from: this.id, messages } satisfies Envelope);
    if (payload.length > (this.#nc.info?.max_payload ?? payload.length)) {
      // What is too long even alone is read from the log instead.
      const half = messages.length >> 1;
      if (half > 0) for (const part of [messages.slice(0, half), messages.slice(half)]) this.#post(peer, part);
      return;
    }
    this.#nc.publish(this.#names.peerSubject(peer), payload);
    this.sent.messages++;
    this.sent.sizeBytes += payload.length;
  }

  #deliverOwn(): void {
    this.#hasOwnEvents = false;
    for (const message of this.#own.take()) this.#listener.onMessage(message, this.id);
  }

  #receive({ from, messages }: Envelope): void {
    if (from === this.id) return;
    for (const message of messages) this.#listener.onMessage(message, from);
  }
}
