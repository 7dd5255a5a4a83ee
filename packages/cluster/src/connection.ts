/** The connection to NATS: it reconnects by itself, and reports when it is lost. */
import { readFile } from "node:fs/promises";
import { messageOf } from "@tokenmill/check";
import { connect, credsAuthenticator, type NatsConnection } from "@nats-io/transport-node";
import { ClusterError } from "./errors.ts";
import type { ClusterOptions } from "./options.ts";

export interface Connection {
  readonly nc: NatsConnection;
  isConnected: boolean;
  /** Called when it is gone, and when it is back. */
  onChange: () => void;
}

const reconnectMs = 250;
const pingMs = 2000;

/** @throws ClusterError `cluster_unavailable` */
export async function connectNats({
  servers,
  credentials,
}: Pick<ClusterOptions, "servers" | "credentials">): Promise<Connection> {
  const authenticator = credentials === undefined ? undefined : credsAuthenticator(await readFile(credentials));
  const isTls = servers.some((server) => server.startsWith("tls://"));
  let nc: NatsConnection;
  try {
    nc = await connect({
      servers: [...servers],
      name: `tokenmill ${process.pid}`,
      maxReconnectAttempts: -1,
      reconnectTimeWait: reconnectMs,
      pingInterval: pingMs,
      maxPingOut: 2,
      // A stack kept for each request takes longer than the request's own work.
      noAsyncTraces: true,
      ...(isTls && { tls: {} }),
      ...(authenticator && { authenticator }),
    });
  } catch (error) {
    const message = `no NATS server of ${servers.join(", ")} can be reached: ${messageOf(error)}`;
    throw new ClusterError("cluster_unavailable", message, { cause: error });
  }
  const connection: Connection = { nc, isConnected: true, onChange: () => {} };
  void watch(connection);
  return connection;
}

async function watch(connection: Connection): Promise<void> {
  for await (const { type } of connection.nc.status()) {
    if (type !== "disconnect" && type !== "reconnect" && type !== "close") continue;
    connection.isConnected = type === "reconnect";
    connection.onChange();
  }
}
