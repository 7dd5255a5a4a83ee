/** The entry for servers that speak the Fetch standard: `Request` in, `Response` out. */
import { checkFunction } from "@tokenmill/check";
import { openRows } from "./options/openRows.ts";
import { completeEmbedded } from "./options/completeOptions.ts";
import { checkPrefix } from "./options/prefix.ts";
import type { FetchHandlerOptions } from "./options/options.ts";
import type { FetchHandler } from "./fetch/fetchHandler.ts";

/**
 * The routes of `createTokenServer` without a server: for `Bun.serve`, `Deno.serve`, Hono, a route of Next, and whatever else
 * calls a function with a request. Streams go as fast as their reader reads, and end when it cancels or the request's signal
 * aborts. WebSockets are no part of the standard: `/v1/stream` answers 426. The source stays the caller's to close.
 * @throws TypeError, RangeError for options that make no sense.
 *
 * @example
 * const handler = await createFetchHandler({ source, prefix: "/llm" });
 * Bun.serve({ fetch: handler.fetch });
 */
export async function createFetchHandler<Platform extends unknown[]>(
  options: FetchHandlerOptions<Platform>,
): Promise<FetchHandler<Platform>> {
  const complete = completeEmbedded(options, ["prefix", "clientAddress"]);
  const source = await openRows(options.source);
  const { prefix = "", clientAddress = () => undefined } = options;
  checkPrefix(prefix);
  checkFunction("clientAddress", clientAddress);
  const [{ openFetchHandler }, { pino }] = await Promise.all([import("./service/openFetchHandler.ts"), import("pino")]);
  const log = options.log ?? pino({ level: "silent" });
  return openFetchHandler(source, complete, { log, prefix, clientAddress });
}
