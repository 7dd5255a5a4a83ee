/** A queue that is round robin over peers, and over a peer's connections: many items of one delay only one's own. */
import type { Client } from "./client.ts";

export class FairQueue<T> {
  readonly #peers: Map<string, Map<object, T[]>> = new Map();
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push({ peer, connection }: Client, item: T): void {
    let connections = this.#peers.get(peer);
    if (!connections) this.#peers.set(peer, (connections = new Map()));
    const items = connections.get(connection);
    if (items) items.push(item);
    else connections.set(connection, [item]);
    this.#length++;
  }

  /** The next one; undefined if none waits. */
  shift(): T | undefined {
    for (const [peer, connections] of this.#peers) {
      this.#peers.delete(peer);
      for (const [connection, items] of connections) {
        connections.delete(connection);
        const item = items.shift();
        if (items.length > 0) connections.set(connection, items);
        if (connections.size > 0) this.#peers.set(peer, connections);
        this.#length--;
        return item;
      }
    }
    return undefined;
  }
}
