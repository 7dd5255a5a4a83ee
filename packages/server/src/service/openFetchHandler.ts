/** The service in an app of our own, which listens to nobody: its router is called with messages made of requests. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { LogitsSource } from "@tokenmill/core";
import type { Logger } from "pino";
import { FetchConnection } from "../fetch/fetchConnection.ts";
import type { FetchHandler } from "../fetch/fetchHandler.ts";
import { FetchRequest } from "../fetch/fetchRequest.ts";
import { FetchResponse } from "../fetch/fetchResponse.ts";
import { answerNotFound } from "../http/addScope.ts";
import { createApp } from "../http/createApp.ts";
import type { CompleteOptions } from "../options/completeOptions.ts";
import { type AddedService, addService } from "./addService.ts";

export interface OpenFetchHandlerOptions<Platform extends unknown[]> {
  readonly log: Logger;
  readonly prefix: string;
  readonly clientAddress: (request: Request, ...platform: Platform) => string | undefined;
}

export async function openFetchHandler<Platform extends unknown[]>(
  source: LogitsSource,
  options: CompleteOptions,
  { log, prefix, clientAddress }: OpenFetchHandlerOptions<Platform>,
): Promise<FetchHandler<Platform>> {
  const app = createApp(options.limits, log);
  app.setNotFoundHandler(answerNotFound);
  let added: AddedService | undefined;
  app.register(
    async (scope) => {
      added = await addService(scope, source, options, { log, accessLog: log });
    },
    { prefix },
  );
  try {
    await app.ready();
  } catch (error) {
    await app.close();
    throw error;
  }
  const fetch = async (request: Request, ...platform: Platform): Promise<Response> => {
    const connection = new FetchConnection(clientAddress(request, ...platform));
    const { signal } = request;
    const message = new FetchRequest(request, connection);
    const response = new FetchResponse(message);
    const onAbort = (): void => void connection.destroy();
    signal.addEventListener("abort", onAbort);
    connection.once("close", () => signal.removeEventListener("abort", onAbort));
    if (signal.aborted) connection.destroy();
    // As far as router and routes ask, they are Node's.
    else app.routing(message as unknown as IncomingMessage, response as unknown as ServerResponse);
    return response.response;
  };
  let closing: Promise<void> | undefined;
  const { engine, routes, drain } = added!;
  return { fetch, engine, routes, close: () => (closing ??= drain().then(() => app.close())) };
}
