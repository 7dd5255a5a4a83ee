/** What a server can be told, with defaults. */
import { defaultRowTimeoutSeconds } from "../flags/rowTimeoutFlag.ts";

export interface ServeLimits {
  /** Sequences that may be open at a time, queued ones included; more are answered with 429. */
  readonly maxOpenSequences: number;
  /** Tokens of prompt and output together, per sequence. */
  readonly maxContextTokens: number;
  /** Memory that answers without streaming and scored prompts may come to take together. */
  readonly maxHeldBytes: number;
  /** Memory of bodies and messages that are on their way, or whose answer is not at its end. */
  readonly maxBodyBytes: number;
  /** Memory of answers that clients have not read. */
  readonly maxUnreadBytes: number;
  /** Shared memory for the tokens of open sequences, and as much for each element type of `/v1/sample`. */
  readonly arenaBytes: number;
  /** Of all that is limited, what one API key, or one address where there are no keys, may have. */
  readonly peerSharePercent: number;
  /** What one connection may have. */
  readonly connectionSharePercent: number;
  /** Largest JSON body. */
  readonly bodyLimitBytes: number;
  /** Largest body of rows, and largest WebSocket message with rows. */
  readonly sampleBodyLimitBytes: number;
  /** Sequences whose state `/v1/sample` keeps. */
  readonly maxSampleSequences: number;
  /** Time for a request's header and body to arrive. */
  readonly requestTimeoutMs: number;
  /** Least pace of a body, after its first seconds. */
  readonly minUploadBytesPerSecond: number;
  /** Time that a request may wait for its turn. */
  readonly queueTimeoutMs: number;
  /** Time that a client may leave its stream unread. */
  readonly stallTimeoutMs: number;
  /** Time that a client may keep a sequence paused, or without credits. */
  readonly pauseTimeoutMs: number;
  /** Time that `/v1/sample` keeps a sequence that gets no rows. */
  readonly sampleIdleMs: number;
  /** Time for open streams to end at shutdown; after it they are cut. */
  readonly shutdownTimeoutMs: number;
  /** Time that a row may take in a worker; it fails then, and its worker is ended. */
  readonly rowTimeoutMs: number;
}

export interface ServeOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** The model's name in requests and answers; absent: the source's name. */
  readonly modelName?: string | undefined;
  /** Keys of which a request to /v1 must bring one; empty: none is needed. */
  readonly apiKeys: readonly string[];
  /** Origins whose pages may call the server; empty: none but its own. */
  readonly allowedOrigins: readonly string[];
  /** Names besides those of loopback that the server answers to; where it listens on other addresses: absent or empty, any. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** At least 32 secret bytes: servers that share them go on with each other's streams. Absent: random ones. */
  readonly resumeKey?: Uint8Array | undefined;
  /** Directory of the playground, served under /. */
  readonly playground?: string | undefined;
  /** Hold outputs to JSON schemas and grammars when asked, if the source has a tokenizer with an end of text. */
  readonly structuredOutput: boolean;
  /** Module URLs of stages that requests may name in `chain`, by name. */
  readonly customStages: Readonly<Record<string, string>>;
  /** Elements of a row in `/v1/sample`; absent: the source's vocabulary. */
  readonly sampleVocabSize?: number | undefined;
  /** Threads that sample rows of `/v1/sample`, for each element type in use. */
  readonly sampleWorkers: number;
  readonly limits: ServeLimits;
}

export const defaultLimits: ServeLimits = {
  maxOpenSequences: 8192,
  maxContextTokens: 16_384,
  maxHeldBytes: 2 ** 28,
  maxBodyBytes: 2 ** 28,
  maxUnreadBytes: 2 ** 28,
  arenaBytes: 2 ** 28,
  peerSharePercent: 75,
  connectionSharePercent: 25,
  bodyLimitBytes: 2 ** 20,
  sampleBodyLimitBytes: 2 ** 28,
  maxSampleSequences: 4096,
  requestTimeoutMs: 30_000,
  minUploadBytesPerSecond: 1024,
  queueTimeoutMs: 30_000,
  stallTimeoutMs: 120_000,
  pauseTimeoutMs: 120_000,
  sampleIdleMs: 600_000,
  shutdownTimeoutMs: 30_000,
  rowTimeoutMs: 1000 * defaultRowTimeoutSeconds,
};
