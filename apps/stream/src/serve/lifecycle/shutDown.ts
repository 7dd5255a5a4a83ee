/** The end of a server: refuse, drain, cut. */
import type { FastifyInstance } from "fastify";
import type { ServeContext } from "../context.ts";
import type { Connections } from "../http/connections.ts";
import type { SocketAcceptor } from "../websocket/acceptSockets.ts";

/** Time for the last words to leave: errors to the clients that were cut, and closing handshakes. */
const farewellMs = 2000;

export interface ShutDownTargets {
  readonly app: FastifyInstance;
  readonly connections: Connections;
  readonly sockets: SocketAcceptor;
}

/** Resolves when nothing is open any more; the engine is closed then. */
export async function shutDown(context: ServeContext, targets: ShutDownTargets): Promise<void> {
  const { lifecycle, sequences, engine, options, log } = context;
  const { app, connections, sockets } = targets;
  lifecycle.state = "draining";
  log.info({ open: sequences.count, timeoutMs: options.limits.shutdownTimeoutMs }, "shutting down");
  connections.closeIdle();
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<"deadline">((resolve) => {
    timer = setTimeout(() => resolve("deadline"), options.limits.shutdownTimeoutMs);
  });
  const end = await Promise.race([sequences.whenIdle(), deadline]);
  clearTimeout(timer);
  if (end === "deadline") log.warn({ open: sequences.count }, "cutting open streams");
  // Whatever is still open is told so.
  await engine.close();
  sockets.close();
  await farewell(targets);
  sockets.terminate();
  connections.close();
  await app.close();
  lifecycle.state = "closed";
  log.info("closed");
}

/** Gives connections a moment to send what is written. */
async function farewell({ connections, sockets }: ShutDownTargets): Promise<void> {
  const until = performance.now() + farewellMs;
  while (performance.now() < until) {
    connections.closeIdle();
    if (connections.size + sockets.count === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
