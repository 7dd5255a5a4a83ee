/** A service that is called. */
import type { Engine } from "@tokenmill/engine";
import type { ServedRoute } from "../openapi/servedRoute.ts";

export interface FetchHandler<Platform extends unknown[] = unknown[]> {
  /**
   * Answers a request; needs no `this`. What the platform passes besides the request is for `clientAddress`.
   * @throws (rejects) what `clientAddress` throws; TypeError for a request whose body was read. What else fails is an answer.
   */
  readonly fetch: (request: Request, ...platform: Platform) => Promise<Response>;
  readonly engine: Engine;
  /** Every method of every path that it has. */
  readonly routes: readonly ServedRoute[];
  /** Takes no new work, lets open streams end until the timeout, then cuts them. Safe to call twice. */
  close(): Promise<void>;
}
