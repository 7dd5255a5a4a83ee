/** The end of a service: refuse, drain, cut. */
import type { ServeContext } from "../context/context.ts";
import type { Connections } from "../http/connections.ts";
import type { SocketAcceptor } from "../websocket/acceptSockets.ts";

/** Of the time for a shutdown, what is kept for its end: rows in flight, and the last words to clients that were cut. */
const mostReservedMs = 2000;
const reservedShare = 0.25;
/** The end has that much time at least, should the rest be used up. */
const leastMs = 200;

/**
 * Resolves when nothing is open any more; the engine is closed then. All of it takes `shutdownTimeoutMs`, whatever clients
 * and rows do.
 */
export async function drain(
  context: ServeContext,
  connections: Connections,
  sockets: SocketAcceptor | undefined,
): Promise<void> {
  const { lifecycle, sequences, engine, host, options, log } = context;
  lifecycle.state = "draining";
  log.info({ open: sequences.count, timeoutMs: options.limits.shutdownTimeoutMs }, "shutting down");
  connections.closeIdle();
  // Sequences of other servers' clients go on elsewhere at once; those of this one's are still read here.
  const isDrained = host?.drain();
  const { shutdownTimeoutMs } = options.limits;
  const endMs = performance.now() + shutdownTimeoutMs;
  const drainMs = shutdownTimeoutMs - Math.min(mostReservedMs, shutdownTimeoutMs * reservedShare);
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<"deadline">((resolve) => {
    timer = setTimeout(() => resolve("deadline"), drainMs);
  });
  const end = await Promise.race([sequences.whenIdle(), deadline]);
  clearTimeout(timer);
  if (end === "deadline") log.warn({ open: sequences.count }, "cutting open streams");
  await isDrained;
  // Clients of what is still open get an error.
  await host?.close();
  await engine.close(Math.max(leastMs, (endMs - performance.now()) / 2));
  sockets?.close();
  await farewell(connections, sockets, endMs);
  sockets?.terminate();
  connections.close();
  lifecycle.state = "closed";
  log.info("closed");
}

/** Gives connections a moment to send what is written. */
async function farewell(connections: Connections, sockets: SocketAcceptor | undefined, endMs: number): Promise<void> {
  const until = Math.max(endMs, performance.now() + leastMs);
  while (performance.now() < until) {
    connections.closeIdle();
    if (connections.size + (sockets?.count ?? 0) === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
