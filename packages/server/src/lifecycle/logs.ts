/** Where the service writes what happens. */
import type { FastifyBaseLogger } from "fastify";

type Log = Pick<FastifyBaseLogger, "info" | "warn" | "error">;

export interface ServiceLogs {
  /** Failures, start and end. */
  readonly log: Log;
  /** A line for each request. Undefined: the app around has its own. */
  readonly accessLog: Log | undefined;
}
