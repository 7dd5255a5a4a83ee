/** The connection to NATS: it reconnects by itself, and reports when it is lost. */
import { messageOf } from "@tokenmill/check";
import { connect, errors, type NatsConnection } from "@nats-io/transport-node";
import { ClusterError, refusedOption } from "../errors.ts";
import { type Addresses, type ConnectionOptions, parseAddresses } from "./connectionOptions.ts";
import { authenticatorOf, tlsOf } from "./signIn.ts";

export interface Connection {
  readonly nc: NatsConnection;
  isConnected: boolean;
  /** Called when it is gone, and when it is back. */
  onChange: () => void;
}

const reconnectMs = 250;
const pingMs = 1000;
/** A server that does not answer for that long is left for the next. */
const timeoutMs = 2000;

/** @throws ClusterError `cluster_unavailable`, `cluster_unauthorized`; RangeError for files that are not what they should be */
export async function connectNats(options: ConnectionOptions): Promise<Connection> {
  const addresses = parseAddresses(options);
  const [authenticator, tls] = await Promise.all([authenticatorOf(options, addresses), tlsOf(options, addresses)]);
  let nc: NatsConnection;
  try {
    nc = await connect({
      servers: [...addresses.hosts],
      name: `tokenmill ${process.pid}`,
      maxReconnectAttempts: -1,
      reconnectTimeWait: reconnectMs,
      timeout: timeoutMs,
      pingInterval: pingMs,
      maxPingOut: 2,
      // A credential that is renewed while the process runs lets it in again.
      ignoreAuthErrorAbort: true,
      // A stack kept for each request takes longer than the request's own work.
      noAsyncTraces: true,
      ...(tls && { tls }),
      ...(authenticator && { authenticator }),
    });
  } catch (error) {
    throw connectionError(error, options, addresses);
  }
  const connection: Connection = { nc, isConnected: true, onChange: () => {} };
  void watch(connection);
  return connection;
}

/** Which option is to be changed: the message names it. */
function connectionError(error: unknown, options: ConnectionOptions, addresses: Addresses): ClusterError {
  const { hosts, isTls, user } = addresses;
  const where = hosts.join(", ");
  if (error instanceof errors.AuthorizationError || error instanceof errors.UserAuthenticationExpiredError) {
    const [name, what] = user
      ? (["servers", "a user and password, or a token,"] as const)
      : (["credentials", options.credentials === undefined ? "credentials" : "other credentials"] as const);
    return refusedOption(
      "cluster_unauthorized",
      name,
      `expected ${what} that NATS at ${where} takes: ${error.message}`,
      error,
    );
  }
  const { code = "" } = (error ?? {}) as { code?: unknown };
  if (typeof code === "string" && /CERT|SIGNATURE|ISSUER|ALTNAME/.test(code)) {
    const reason = `expected the certificate of the authority that signed NATS': ${where} has another: ${messageOf(error)}`;
    return refusedOption("cluster_unauthorized", "ca", reason, error);
  }
  const message = `no NATS server of ${where} can be reached: ${messageOf(error)}`;
  // With TLS 1.3 the client's part is done before the server looks at what it was shown.
  if (error instanceof errors.TimeoutError && isTls && options.certificate === undefined) {
    return refusedOption("cluster_unavailable", "certificate", `expected if NATS asks for one: ${message}`, error);
  }
  return new ClusterError("cluster_unavailable", message, { cause: error });
}

async function watch(connection: Connection): Promise<void> {
  for await (const { type } of connection.nc.status()) {
    if (type !== "disconnect" && type !== "reconnect" && type !== "close") continue;
    connection.isConnected = type === "reconnect";
    connection.onChange();
  }
}
