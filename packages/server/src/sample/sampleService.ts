/** Logits in, tokens out: rows of a client's runtime, sampled with per-sequence state that is kept here. */
import { refuse } from "@tokenmill/check";
import type { RowDtype } from "@tokenmill/core";
import { beginSparseRow, sparseBodyBytes } from "@tokenmill/core/internal";
import { createMsgpackCodec } from "@tokenmill/protocol";
import {
  type RowAnswer,
  type RowFailure,
  RowPool,
  RowSession,
  type RowSessionAccess,
  type RowSessionParams,
  sampleBatch,
  SessionTable,
} from "@tokenmill/row-service";
import { createPool } from "@tokenmill/worker-pool";
import { toApiError } from "../errors/toApiError.ts";
import type { Client } from "../limits/client.ts";
import type { Quotas } from "../limits/quotas.ts";
import type { Shares } from "../limits/shares.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { largeBodyBytes, type WorkQueue } from "../limits/workQueue.ts";
import { Waiting } from "../limits/waiting.ts";
import type { ServeLimits } from "../options/limits.ts";
import { answerPieces } from "./answerPieces.ts";
import { RowBody } from "./rowBody.ts";
import { checkSampleHeader, type SampleHeader } from "./sampleHeader.ts";

/** Rows of one element type. */
interface Sampler {
  readonly pool: RowPool<Client>;
  /** Of its shared memory: prompts and largest outputs. */
  readonly tokens: Shares;
}

/** Time for a row to come straight into its slot. */
const slotPatienceMs = 100;

export interface SampleServiceOptions {
  readonly vocabSize: number;
  readonly workers: number;
  readonly workerUrl: string | URL | undefined;
  /** Module URLs by stage name. */
  readonly customStages: Readonly<Record<string, string>>;
  readonly limits: ServeLimits;
  /** For headers that are large. */
  readonly requestQueue: WorkQueue;
  readonly quotas: Quotas;
  readonly metrics: Metrics;
}

export class SampleService {
  readonly #options: SampleServiceOptions;
  readonly #codec = createMsgpackCodec();
  readonly #samplers: Map<RowDtype, Promise<Sampler>> = new Map();
  readonly #scopes: Set<SessionTable> = new Set();
  readonly #byOwner: Map<string, SessionTable> = new Map();
  readonly #sweep: NodeJS.Timeout;

  constructor(options: SampleServiceOptions) {
    this.#options = options;
    this.#sweep = setInterval(() => this.#closeIdle(), Math.max(100, options.limits.sampleIdleMs / 4)).unref();
  }

  get vocabSize(): number {
    return this.#options.vocabSize;
  }

  /** The sequences of an API key, over all its connections. */
  scopeOf(owner: string): SessionTable {
    let scope = this.#byOwner.get(owner);
    if (!scope) this.#byOwner.set(owner, (scope = this.openScope()));
    return scope;
  }

  /** A scope for one connection; end it with `closeScope`. */
  openScope(): SessionTable {
    const scope = new SessionTable();
    this.#scopes.add(scope);
    return scope;
  }

  closeScope(scope: SessionTable): void {
    scope.closeAll();
    this.#scopes.delete(scope);
  }

  /**
   * Takes a body with rows and gives the encoded answer in pieces; memory for it is claimed with the body's.
   * @throws ApiError, RowError, TypeError, RangeError, ProtocolError for what is wrong with the body as a whole: sequences that it
   * opens are forgotten, others are where they were before it.
   */
  async run(scope: SessionTable, client: Client, body: RowBody): Promise<Iterator<Uint8Array, void>> {
    const { limits, requestQueue, vocabSize } = this.#options;
    const bytes = await body.header(limits.bodyLimitBytes);
    if (bytes.length >= largeBodyBytes) await requestQueue.enter(client);
    const header = checkSampleHeader(this.#codec.decode(bytes), vocabSize);
    const sampler = await this.#samplerOf(header.dtype);
    for (const sequenceId of header.close) scope.close(sequenceId);
    const results = await this.#rows(scope, client, header, sampler, body);
    return answerPieces(this.#codec, header.id, results);
  }

  async close(timeoutMs: number): Promise<void> {
    clearInterval(this.#sweep);
    for (const scope of this.#scopes) scope.closeAll();
    const samplers = await Promise.allSettled(this.#samplers.values());
    await Promise.all(
      samplers.flatMap((made) => (made.status === "fulfilled" ? [made.value.pool.pool.close(timeoutMs)] : [])),
    );
  }

  async #rows(
    sessions: SessionTable,
    client: Client,
    { rows }: SampleHeader,
    { pool, tokens }: Sampler,
    body: RowBody,
  ): Promise<(RowAnswer | RowFailure)[]> {
    const { quotas, limits, metrics } = this.#options;
    const most = quotas.sampleSequences.connectionLimit;
    const opens = rows.filter(({ open }) => open).length;
    if (opens > most) {
      const expected = `at most ${most} that open a sequence, as the server keeps no more for one connection`;
      refuse("rows", expected, opens, false);
    }
    const access: RowSessionAccess = {
      maxContextTokens: limits.maxContextTokens,
      claim: (capacityTokens) => {
        const place = quotas.sampleSequences.claim(client, 1);
        try {
          const memory = tokens.claim(client, capacityTokens);
          return () => (place.release(), memory.release());
        } catch (error) {
          place.release();
          throw error;
        }
      },
    };
    const results = await sampleBatch({
      sessions,
      pool,
      rows: rows.map(({ sequenceId, position, open }, i) => ({
        sequenceId,
        position,
        open: open && (() => openAt(pool, sequenceId, open, access, `rows[${i}].open`)),
      })),
      onTaken: (answerBytes) => body.claim(answerBytes),
      receive: (index) => receiveRow(pool, client, body, { what: `row ${index}`, listed: rows[index]!.listed }),
      end: () => body.end(),
    });
    metrics.sampled(
      rows.length,
      rows.reduce((sum, { listed }) => sum + (listed === undefined ? pool.rowBytes : sparseBodyBytes(listed)), 0),
    );
    return results;
  }

  #samplerOf(dtype: RowDtype): Promise<Sampler> {
    let sampler = this.#samplers.get(dtype);
    if (!sampler) {
      this.#samplers.set(dtype, (sampler = this.#openSampler(dtype)));
      // One that could not be made is made anew at the next use.
      sampler.catch(() => this.#samplers.delete(dtype));
    }
    return sampler;
  }

  async #openSampler(dtype: RowDtype): Promise<Sampler> {
    const { vocabSize, workers, workerUrl, customStages, quotas, limits } = this.#options;
    const { arenaBytes, rowTimeoutMs, queueTimeoutMs } = limits;
    const pool = await createPool({
      vocabSize,
      dtype,
      workers,
      ...(workerUrl !== undefined && { workerUrl }),
      customStages,
      arenaBytes,
      rowTimeoutMs,
    });
    return {
      pool: new RowPool(pool, new Waiting<number>("a row of memory", queueTimeoutMs)),
      tokens: quotas.arenaTokens(`tokens of ${dtype} sequences of /v1/sample`),
    };
  }

  #closeIdle(): void {
    const ms = performance.now() - this.#options.limits.sampleIdleMs;
    for (const scope of this.#scopes) scope.closeOlderThan(ms);
  }
}

/** The slot with the row. A sender that is slow has a slot when the row is there: in the meantime others use it. */
async function receiveRow(
  sampler: RowPool<Client>,
  client: Client,
  body: RowBody,
  { what, listed }: { what: string; listed: number | undefined },
): Promise<number> {
  const slot = await sampler.acquire(client);
  const bytesOf = (of: number): Uint8Array =>
    listed === undefined ? sampler.bytes(of) : beginSparseRow(sampler.pool.row(of), listed);
  let sizeBytes: number;
  let aside;
  try {
    const bytes = bytesOf(slot);
    sizeBytes = await body.fill(bytes, what, 0, slotPatienceMs);
    if (sizeBytes === bytes.length) return slot;
    aside = body.aside(bytes);
  } catch (error) {
    sampler.release(slot);
    throw error;
  }
  sampler.release(slot);
  try {
    await body.fill(aside.row, what, sizeBytes);
    const later = await sampler.acquire(client);
    bytesOf(later).set(aside.row);
    return later;
  } finally {
    aside.release();
  }
}

function openAt(
  pool: RowPool<Client>,
  sequenceId: number | bigint,
  open: RowSessionParams,
  access: RowSessionAccess,
  name: string,
): RowSession {
  try {
    return new RowSession(pool, sequenceId, open, access);
  } catch (error) {
    throw toApiError(error, (parameter) => `${name}.${parameter}`);
  }
}
