/** The end of a server: refuse, drain, cut. */
import type { FastifyInstance } from "fastify";
import type { ServeContext } from "../context.ts";
import type { SocketAcceptor } from "../websocket/acceptSockets.ts";

/** Time for the last words to leave: errors to the clients that were cut, and closing handshakes. */
const farewellMs = 2000;

/** Resolves when nothing is open any more; the engine is closed if streams had to be cut. */
export async function shutDown(context: ServeContext, app: FastifyInstance, sockets: SocketAcceptor): Promise<void> {
  const { lifecycle, sequences, engine, options, log } = context;
  lifecycle.state = "draining";
  log.info({ open: sequences.count, timeoutMs: options.limits.shutdownTimeoutMs }, "shutting down");
  app.server.closeIdleConnections();
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
  await flushed(app);
  await app.close();
  lifecycle.state = "closed";
  log.info("closed");
}

/** Gives connections a moment to send what is written. */
async function flushed(app: FastifyInstance): Promise<void> {
  const until = performance.now() + farewellMs;
  const open = (): Promise<number> =>
    new Promise((resolve) => app.server.getConnections((_error, count) => resolve(count ?? 0)));
  while (performance.now() < until) {
    app.server.closeIdleConnections();
    if ((await open()) === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
