/** Events that were made and are not in the log, in order. */
import type { TokenEvent } from "@tokenmill/core";
import { sizeBytesOf } from "../wire/tokenBatch.ts";

export class UnwrittenEvents {
  #events: TokenEvent[] = [];
  #sizeBytes = 0;

  get events(): readonly TokenEvent[] {
    return this.#events;
  }

  /** Roughly, as they would be written. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get length(): number {
    return this.#events.length;
  }

  push(event: TokenEvent): void {
    this.#events.push(event);
    this.#sizeBytes += sizeBytesOf(event);
  }

  /** Takes those before `position`, which the log has. */
  takeBefore(position: number): TokenEvent[] {
    const at = this.#events.findIndex(({ index }) => index >= position);
    const taken = this.#events.splice(0, at < 0 ? this.#events.length : at);
    for (const event of taken) this.#sizeBytes -= sizeBytesOf(event);
    return taken;
  }
}
