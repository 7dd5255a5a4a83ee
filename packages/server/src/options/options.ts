/** The options of a server. */
import type { LogitsSource, ModelSource } from "@tokenmill/core";
import type { Logger } from "pino";
import type { JoinHost } from "./sequenceHost.ts";
import type { ServeLimits } from "./limits.ts";

/** Of the service, wherever its routes are. */
export interface ServiceOptions {
  /** The model's name in requests and answers. Absent: the source's name. */
  readonly modelName?: string | undefined;
  /** Keys of which a request to /v1 must bring one. Absent or empty: none is needed. */
  readonly apiKeys?: readonly string[] | undefined;
  /** Origins whose pages may call the server. Absent or empty: none but its own. */
  readonly allowedOrigins?: readonly string[] | undefined;
  /** Names besides those of loopback that the server answers to. Absent or empty: any, if it is embedded or listens on other addresses. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** At least 32 secret bytes: servers that share them go on with each other's streams. Absent: random ones. */
  readonly resumeKey?: Uint8Array | undefined;
  /** Directory of the playground, served under /. */
  readonly playground?: string | undefined;
  /** Directory of files and batches, this server's alone; made if it is not there. Absent: none are kept. */
  readonly files?: string | undefined;
  /** Constrain outputs by JSON schemas and grammars when asked, if the source's tokenizer has an end of text. Absent: true. */
  readonly structuredOutput?: boolean | undefined;
  /** Module URLs of stages that requests may name in `chain`, by name. */
  readonly customStages?: Readonly<Record<string, string>> | undefined;
  /** Elements of a row in `/v1/sample`. Absent: the source's vocabulary. */
  readonly sampleVocabSize?: number | undefined;
  /** Threads that sample rows of `/v1/sample`, for each element type in use. Absent: 1. */
  readonly sampleWorkers?: number | undefined;
  /** Seed of requests without one. Absent: a random one. */
  readonly seed?: number | bigint | undefined;
  /** Threads that sample; 0 samples on the main thread. Absent: one per core. */
  readonly workers?: number | undefined;
  /** In a bundled program: the file that `@tokenmill/worker-pool/worker` was bundled into. Absent: that package's own. */
  readonly workerUrl?: string | URL | undefined;
  /** Rows in shared memory. Absent: 32 per worker, at least 64. */
  readonly slots?: number | undefined;
  /** Joins what makes the sequences, such as a cluster (`joinCluster` of @tokenmill/cluster). Absent: this process does. */
  readonly joinHost?: JoinHost | undefined;
  /** Of memory, places and time; absent ones have defaults. */
  readonly limits?: Partial<ServeLimits> | undefined;
  /** Where requests and failures are logged. Absent: nowhere; in a Fastify app, failures go to the app's own log. */
  readonly log?: Logger | undefined;
}

export interface ServerOptions extends ServiceOptions {
  /** Address to listen on. Absent: 127.0.0.1. */
  readonly host?: string | undefined;
  /** Absent or 0: any free one. */
  readonly port?: number | undefined;
}

/** In an app of the caller's, which listens itself. */
export interface EmbeddedOptions extends ServiceOptions {
  /** Where logits come from. A model serves nobody else meanwhile. */
  readonly source: LogitsSource | ModelSource;
}

export interface TokenServerOptions extends ServerOptions {
  /** Where logits come from. A model serves nobody else meanwhile. */
  readonly source: LogitsSource | ModelSource;
}

export interface FetchHandlerOptions<Platform extends unknown[] = unknown[]> extends EmbeddedOptions {
  /** Path below which the routes are, as requests have it. Absent: "". */
  readonly prefix?: string | undefined;
  /**
   * The address whose share of what is limited a request counts against, where there are no keys; it is called with what the
   * platform passes to `fetch`. Absent: all clients have one share together.
   */
  readonly clientAddress?: ((request: Request, ...platform: Platform) => string | undefined) | undefined;
}
