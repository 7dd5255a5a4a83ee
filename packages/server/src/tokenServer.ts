/** A server that listens. */
import type { Engine } from "@tokenmill/engine";
import type { BatchAnswers } from "@tokenmill/core";
import type { ServedRoute } from "./openapi/servedRoute.ts";

export interface TokenServer {
  /** Where it listens. */
  readonly url: string;
  readonly engine: Engine;
  /** Answers lines of batches in this process, at most `limits.maxBatchRequests` at a time. */
  readonly batches: BatchAnswers;
  /** Every method of every path that it has. */
  readonly routes: readonly ServedRoute[];
  /** Takes no new work, lets open streams end until the timeout, then cuts them. Safe to call twice. */
  close(): Promise<void>;
}
