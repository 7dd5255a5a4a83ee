/**
 * Messages between processes, batched for one iteration of the event loop: one NATS message to each peer carries what all its
 * sequences have to say. What is for this process itself never leaves it, whether NATS is there or not.
 */
import type { NatsConnection } from "@nats-io/transport-node";
import type { ClusterNames } from "../names.ts";
import { decode, encode } from "../wire/codec.ts";
import type { Envelope, PeerMessage } from "./messages.ts";

export type PeerListener = (message: PeerMessage, from: string) => void;

/** Messages to one peer beyond that many go in a second one. */
const mostAtOnce = 512;

export class Peers {
  readonly id: string;
  readonly #nc: NatsConnection;
  readonly #names: ClusterNames;
  readonly #outbox: Map<string, PeerMessage[]> = new Map();
  readonly #listener: PeerListener;
  #isScheduled = false;
  /** Messages and bytes that went to other processes since the start. */
  readonly sent = { messages: 0, sizeBytes: 0 };

  constructor(nc: NatsConnection, names: ClusterNames, id: string, listener: PeerListener) {
    this.#nc = nc;
    this.#names = names;
    this.id = id;
    this.#listener = listener;
    const callback = (_error: unknown, { data }: { data: Uint8Array }): void => this.#receive(data);
    nc.subscribe(names.peerSubject(id), { callback });
    nc.subscribe(names.everyPeer, { callback });
  }

  send(peer: string, message: PeerMessage): void {
    const messages = this.#outbox.get(peer);
    if (messages) messages.push(message);
    else this.#outbox.set(peer, [message]);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.#flush());
  }

  /** To every process of the cluster, this one included. */
  broadcast(message: PeerMessage): void {
    this.#listener(message, this.id);
    if (!this.#nc.isClosed()) this.#nc.publish(this.#names.everyPeer, encode({ from: this.id, messages: [message] }));
  }

  #flush(): void {
    this.#isScheduled = false;
    const outbox = [...this.#outbox];
    this.#outbox.clear();
    for (const [peer, messages] of outbox) {
      if (peer === this.id) for (const message of messages) this.#listener(message, peer);
      else this.#post(peer, messages);
    }
  }

  #post(peer: string, messages: readonly PeerMessage[]): void {
    if (this.#nc.isClosed()) return;
    for (let at = 0; at < messages.length; at += mostAtOnce) {
      const payload = encode({ from: this.id, messages: messages.slice(at, at + mostAtOnce) } satisfies Envelope);
      // What is too long for one message is read from the log instead.
      if (payload.length > (this.#nc.info?.max_payload ?? payload.length)) continue;
      this.#nc.publish(this.#names.peerSubject(peer), payload);
      this.sent.messages++;
      this.sent.sizeBytes += payload.length;
    }
  }

  #receive(data: Uint8Array): void {
    const { from, messages } = decode<Envelope>(data);
    if (from === this.id) return;
    for (const message of messages) this.#listener(message, from);
  }
}
