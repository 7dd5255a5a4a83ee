/** What a server gives at most, of memory, places and time: names, units, ranges and defaults. */
import { checkInteger, checkOptions, type Range } from "@tokenmill/check";

export interface ServeLimits {
  /** Sequences that may be open at a time, queued ones included; more are answered with 429. */
  readonly maxOpenSequences: number;
  /** Requests of batches that are answered at a time; one less for each sequence that clients have open, down to one. */
  readonly maxBatchRequests: number;
  /** Of one file that a client sends. */
  readonly maxFileBytes: number;
  /** Files that are kept, results of batches included; beyond it none is taken. */
  readonly maxFiles: number;
  /** Tokens of prompt and output together, per sequence. */
  readonly maxContextTokens: number;
  /** Memory that answers without streaming and scored prompts may take together. */
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
  /** Time that a request may wait in a queue. */
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

export const defaultLimits: ServeLimits = {
  maxOpenSequences: 8192,
  maxBatchRequests: 64,
  maxFileBytes: 200 * 2 ** 20,
  maxFiles: 1000,
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
  rowTimeoutMs: 30_000,
};

const atLeast1 = (max: number): Range => ({ min: 1, max });
const sequences = atLeast1(2 ** 20);
const bytes = atLeast1(2 ** 32);
const percent = atLeast1(100);
const milliseconds = atLeast1(86_400_000);

const ranges: Readonly<Record<keyof ServeLimits, Range>> = {
  maxOpenSequences: sequences,
  maxBatchRequests: sequences,
  maxFileBytes: atLeast1(2 ** 40),
  maxFiles: sequences,
  maxContextTokens: atLeast1(2 ** 24),
  maxHeldBytes: bytes,
  maxBodyBytes: bytes,
  maxUnreadBytes: bytes,
  arenaBytes: bytes,
  peerSharePercent: percent,
  connectionSharePercent: percent,
  bodyLimitBytes: bytes,
  sampleBodyLimitBytes: bytes,
  maxSampleSequences: sequences,
  requestTimeoutMs: milliseconds,
  minUploadBytesPerSecond: bytes,
  queueTimeoutMs: milliseconds,
  stallTimeoutMs: milliseconds,
  pauseTimeoutMs: milliseconds,
  sampleIdleMs: milliseconds,
  shutdownTimeoutMs: milliseconds,
  rowTimeoutMs: milliseconds,
};
const names = Object.keys(ranges) as (keyof ServeLimits)[];

/** The limits, with defaults for those that are not given. @throws TypeError, RangeError naming the first that is none. */
export function completeLimits(given: Partial<ServeLimits> = {}): ServeLimits {
  checkOptions("limits", given, names, "limit");
  const limits: { -readonly [Name in keyof ServeLimits]: number } = { ...defaultLimits };
  for (const name of names) if (given[name] !== undefined) limits[name] = checkInteger(name, given[name], ranges[name]);
  return limits;
}
