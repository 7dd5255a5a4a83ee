/** @tokenmill/server: an engine behind HTTP and WebSocket. The HTTP libraries are loaded by the first server, not by the import. */
export { createTokenServer } from "./createTokenServer.ts";
export type { ServedRoute } from "./openapi/servedRoute.ts";
export type { HostedSequence, HostParts, JoinHost, SequenceHost, StreamPlace } from "./options/sequenceHost.ts";
export { LogSink } from "./lifecycle/logSink.ts";
export { checkServerOptions } from "./options/completeOptions.ts";
export { defaultLimits, type ServeLimits } from "./options/limits.ts";
export type { ServerOptions, TokenServerOptions } from "./options/options.ts";
export type { TokenServer } from "./tokenServer.ts";
