/** The service in an app of our own, which listens. */
import type { AddressInfo } from "node:net";
import type { LogitsSource } from "@tokenmill/core";
import type { Logger } from "pino";
import { isLoopback } from "../access/hostRule.ts";
import { createApp } from "../http/createApp.ts";
import type { CompleteOptions, ListenOptions } from "../options/completeOptions.ts";
import type { TokenServer } from "../tokenServer.ts";
import { addService } from "./addService.ts";

/** Connections that may wait to be accepted: more are dropped by the system, and come again seconds later. */
const mostWaiting = 4096;

/** @throws Error if the address is taken. */
export async function startServer(
  source: LogitsSource,
  options: CompleteOptions & ListenOptions,
  log: Logger,
): Promise<TokenServer> {
  const app = createApp(options.limits, log);
  try {
    const logs = { log, accessLog: log };
    const { engine, batches, workers, routes, connections, drain } = await addService(app, source, options, logs);
    connections.watchServer(app.server);
    await app.listen({ host: options.host, port: options.port, backlog: mostWaiting });
    const { address, port, family } = app.server.address() as AddressInfo;
    const url = `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
    if (!isLoopback(address) && options.apiKeys.length === 0) {
      log.warn({ address }, "other machines can use the server without a key: set --api-keys-file");
    }
    log.info({ url, model: options.modelName ?? source.name, vocabSize: source.vocabSize, workers }, "listening");
    let closing: Promise<void> | undefined;
    return { url, engine, batches, routes, close: () => (closing ??= drain().then(() => app.close())) };
  } catch (error) {
    await app.close();
    throw error;
  }
}
