/** The end of an answer: its last byte has left, or its client has. */
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";

type Acts = Set<() => void>;

/** What waits for each response's end: one listener of its own, however many wait. */
const ofResponses = new WeakMap<ServerResponse, Acts>();
/** Responses that are not at their end. Of requests that came one behind the other only the first response hears of the connection's end. */
const ofSockets = new WeakMap<Socket, Acts>();

/** Calls it once, at the end; if that has been, as soon as the caller is done. */
export function atEnd(response: ServerResponse, act: () => void): void {
  if (response.closed || response.req.socket.destroyed) queueMicrotask(act);
  else (ofResponses.get(response) ?? watchResponse(response)).add(act);
}

function watchResponse(response: ServerResponse): Acts {
  const acts: Acts = new Set();
  ofResponses.set(response, acts);
  const { socket } = response.req;
  const open = ofSockets.get(socket) ?? watchSocket(socket);
  const end = (): void => {
    if (!open.delete(end)) return;
    ofResponses.delete(response);
    for (const act of acts) act();
  };
  open.add(end);
  response.once("close", end);
  return acts;
}

function watchSocket(socket: Socket): Acts {
  const open: Acts = new Set();
  ofSockets.set(socket, open);
  socket.once("close", () => {
    for (const end of open) end();
  });
  return open;
}
