/** @tokenmill/server: an engine behind HTTP and WebSocket. The HTTP libraries are loaded by the first server, not by the import. */
export { createFetchHandler } from "./createFetchHandler.ts";
export { createTokenServer } from "./createTokenServer.ts";
export type { BatchAnswers, BatchItem, BatchSettings } from "@tokenmill/core";
export type { FetchHandler } from "./fetch/fetchHandler.ts";
export type { ServedRoute } from "./openapi/servedRoute.ts";
export type {
  HostedBatch,
  HostedSequence,
  HostParts,
  JoinHost,
  SequenceHost,
  StreamPlace,
} from "./options/sequenceHost.ts";
export { LogSink } from "./lifecycle/logSink.ts";
export { checkServerOptions } from "./options/completeOptions.ts";
export { defaultLimits, type ServeLimits } from "./options/limits.ts";
export type {
  EmbeddedOptions,
  FetchHandlerOptions,
  ServerOptions,
  ServiceOptions,
  TokenServerOptions,
} from "./options/options.ts";
export { tokenmillPlugin } from "./tokenmillPlugin.ts";
export type { TokenServer } from "./tokenServer.ts";
