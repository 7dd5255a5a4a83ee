/** What waits to be sent to one peer, in order. */
import type { TokenEvent } from "@tokenmill/core";
import { type PlainEvents, pushPlain } from "../wire/plainEvents.ts";
import type { Addressee } from "./addressee.ts";
import type { PeerMessage } from "./messages.ts";

export class Outbox {
  #messages: PeerMessage[] = [];
  /** Of the last message, as long as that is one of plain events. */
  #events: PlainEvents | undefined;
  #length = 0;

  /** Messages, and events in them. */
  get length(): number {
    return this.#length;
  }

  push(message: PeerMessage): void {
    this.#messages.push(message);
    this.#events = undefined;
    this.#length++;
  }

  /** @param event plain */
  pushEvent({ reader, epoch }: Addressee, event: TokenEvent): void {
    if (!this.#events) this.#messages.push({ kind: "events", events: (this.#events = []) });
    pushPlain(this.#events, reader, epoch, event);
    this.#length++;
  }

  take(): PeerMessage[] {
    const messages = this.#messages;
    this.#messages = [];
    this.#events = undefined;
    this.#length = 0;
    return messages;
  }
}
