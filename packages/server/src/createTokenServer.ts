/** The entry: checks the options, then loads the server. */
import { completeOptions } from "./options/completeOptions.ts";
import { openRows } from "./options/openRows.ts";
import type { TokenServerOptions } from "./options/options.ts";
import type { TokenServer } from "./tokenServer.ts";

/**
 * Puts the source's tokens behind HTTP and WebSocket, and resolves when the server listens. The source stays the caller's to close.
 * @throws TypeError, RangeError for options that make no sense; Error if the address is taken.
 */
export async function createTokenServer(options: TokenServerOptions): Promise<TokenServer> {
  const complete = completeOptions(options);
  const source = await openRows(options.source);
  // The HTTP libraries take a while to load; a mere import of the package need not wait for them.
  const [{ startServer }, { pino }] = await Promise.all([import("./service/startServer.ts"), import("pino")]);
  return startServer(source, complete, options.log ?? pino({ level: "silent" }));
}
