/**
 * Requests whose `upgrade` is true only if a WebSocket is asked for. Node passes every request with an `Upgrade` header to
 * the "upgrade" event once somebody listens to it, but an upgrade that a server does not want is to be ignored
 * (RFC 9110 §7.8): `Upgrade: h2c`, which Java's client and `curl --http2` send, is an ordinary request.
 */
import { IncomingMessage } from "node:http";

/** What Node's parser found; no private field, as the parent's constructor sets `upgrade` before there are any. */
const asked: WeakMap<IncomingMessage, boolean> = new WeakMap();

export class UpgradeMessage extends IncomingMessage {
  // The parser sets it, and reads it once the headers are there.
  get upgrade(): boolean {
    return asked.get(this) === true && (this.method === "CONNECT" || asksForWebSocket(this));
  }

  set upgrade(value: boolean) {
    if (value) asked.set(this, value);
    else asked.delete(this);
  }
}

/** RFC 6455 §4.1: a GET whose list of protocols names it. */
function asksForWebSocket({ method, headers }: IncomingMessage): boolean {
  const protocols = (headers.upgrade ?? "").split(",").map((name) => name.trim().toLowerCase());
  return method === "GET" && protocols.includes("websocket");
}
