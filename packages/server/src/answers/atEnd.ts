/** The end of an answer: its last byte has left, or its client has. */
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** What waits for a connection's end. Of requests that came one behind the other only the first response hears of it. */
const waiting = new WeakMap<Socket, Set<() => void>>();

/** Calls it once, at the end; if that has been, as soon as the caller is done. */
export function atEnd(response: ServerResponse, act: () => void): void {
  const { socket } = response.req;
  if (response.closed || socket.destroyed) {
    queueMicrotask(act);
    return;
  }
  let acts = waiting.get(socket);
  if (!acts) {
    const all = (acts = new Set());
    waiting.set(socket, all);
    socket.once("close", () => all.forEach((each) => each()));
  }
  const others = acts;
  const once = (): void => {
    if (others.delete(once)) act();
  };
  others.add(once);
  response.once("close", once);
}
