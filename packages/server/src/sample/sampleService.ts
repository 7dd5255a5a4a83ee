/** Logits in, tokens out: rows of a client's runtime, sampled with per-sequence state that is kept here. */
import { refuse } from "@tokenmill/check";
import type { RowDtype } from "@tokenmill/core";
import { createMsgpackCodec } from "@tokenmill/protocol";
import { ApiError } from "../errors/apiError.ts";
import { toApiError } from "../errors/toApiError.ts";
import type { Client } from "../limits/client.ts";
import { largeBodyBytes } from "../http/jsonParser.ts";
import type { Quotas } from "../limits/quotas.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Turns } from "../limits/turns.ts";
import type { ServeLimits } from "../options/limits.ts";
import { answerPieces } from "./answerPieces.ts";
import { RowBody } from "./rowBody.ts";
import { RowSampler } from "./rowSampler.ts";
import { checkSampleHeader, type SampleHeader, type SampleRow } from "./sampleHeader.ts";
import { type SampleAccess, type SampleAnswer, type SampleFailure, SampleSequence } from "./sampleSequence.ts";
import { SampleScope } from "./sampleScope.ts";

/** Time for a row to come straight into its slot. */
const slotPatienceMs = 100;

export interface SampleServiceOptions {
  readonly vocabSize: number;
  readonly workers: number;
  /** Module URLs by stage name. */
  readonly customStages: Readonly<Record<string, string>>;
  readonly limits: ServeLimits;
  /** For headers that are large. */
  readonly turns: Turns;
  readonly quotas: Quotas;
  readonly metrics: Metrics;
}

export class SampleService {
  readonly #options: SampleServiceOptions;
  readonly #codec = createMsgpackCodec();
  readonly #samplers: Map<RowDtype, Promise<RowSampler>> = new Map();
  readonly #scopes: Set<SampleScope> = new Set();
  readonly #byOwner: Map<string, SampleScope> = new Map();
  readonly #sweep: NodeJS.Timeout;

  constructor(options: SampleServiceOptions) {
    this.#options = options;
    this.#sweep = setInterval(() => this.#closeIdle(), Math.max(100, options.limits.sampleIdleMs / 4)).unref();
  }

  get vocabSize(): number {
    return this.#options.vocabSize;
  }

  /** The sequences of an API key, over all its connections. */
  scopeOf(owner: string): SampleScope {
    let scope = this.#byOwner.get(owner);
    if (!scope) this.#byOwner.set(owner, (scope = this.openScope()));
    return scope;
  }

  /** A scope for one connection; end it with `closeScope`. */
  openScope(): SampleScope {
    const scope = new SampleScope();
    this.#scopes.add(scope);
    return scope;
  }

  closeScope(scope: SampleScope): void {
    scope.closeAll();
    this.#scopes.delete(scope);
  }

  /**
   * Takes a body with rows and gives the encoded answer in pieces; memory for it is claimed with the body's.
   * @throws ApiError, TypeError, RangeError, ProtocolError for what is wrong with the body as a whole: sequences that it
   * opens are forgotten, others are where they were before it.
   */
  async run(scope: SampleScope, client: Client, body: RowBody): Promise<Iterator<Uint8Array, void>> {
    const { limits, turns, vocabSize } = this.#options;
    const bytes = await body.header(limits.bodyLimitBytes);
    if (bytes.length >= largeBodyBytes) await turns.take(client);
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
      samplers.flatMap((made) => (made.status === "fulfilled" ? [made.value.pool.close(timeoutMs)] : [])),
    );
  }

  async #rows(
    scope: SampleScope,
    client: Client,
    { rows }: SampleHeader,
    sampler: RowSampler,
    body: RowBody,
  ): Promise<(SampleAnswer | SampleFailure)[]> {
    const sequences = this.#takeAll(scope, client, rows, sampler);
    const positions = sequences.map(({ position }) => position);
    let isWhole = false;
    const pending: Promise<SampleAnswer | SampleFailure>[] = [];
    try {
      body.claim(sequences.reduce((sum, { answerBytes }) => sum + answerBytes, 0));
      for (const [i, sequence] of sequences.entries()) {
        const slot = await receiveRow(sampler, client, body, `row ${i}`);
        // Sampled while the next row comes in.
        pending.push(answerRow(sequence, rows[i]!, slot).finally(() => sampler.release(slot)));
      }
      await body.end();
      const results = await Promise.all(pending);
      isWhole = true;
      for (const result of results) {
        if ("finishReason" in result) scope.close(result.sequenceId);
      }
      this.#options.metrics.sampled(rows.length, rows.length * sampler.rowBytes);
      return results;
    } finally {
      await Promise.allSettled(pending);
      // The client gets no answer: it will send these rows again, and open again what it has opened here.
      if (!isWhole) {
        sequences.forEach((sequence, i) => sequence.position > positions[i]! && sequence.undo());
        for (const { sequenceId, open } of rows) if (open) scope.close(sequenceId);
      }
      for (const sequence of sequences) scope.giveBack(sequence);
    }
  }

  /** Opens and takes the sequences of all rows, or none. */
  #takeAll(scope: SampleScope, client: Client, rows: readonly SampleRow[], sampler: RowSampler): SampleSequence[] {
    const { quotas, limits } = this.#options;
    const access: SampleAccess = {
      client,
      maxContextTokens: limits.maxContextTokens,
      claimPlace: () => quotas.sampleSequences.claim(client, 1),
    };
    const most = quotas.sampleSequences.connectionLimit;
    const opens = rows.filter(({ open }) => open).length;
    if (opens > most) {
      refuse(
        "rows",
        `at most ${most} that open a sequence, as the server keeps no more for one connection`,
        opens,
        false,
      );
    }
    const taken: SampleSequence[] = [];
    const opened: SampleSequence[] = [];
    try {
      for (const [i, { sequenceId, open }] of rows.entries()) {
        if (open) {
          scope.checkFree(sequenceId);
          const sequence = openAt(sampler, sequenceId, open, access, `rows[${i}].open`);
          scope.add(sequence);
          opened.push(sequence);
        }
        const sequence = scope.take(sequenceId);
        taken.push(sequence);
        if (sequence.sampler !== sampler) {
          const message = `sequence ${sequenceId} was opened with another "dtype"`;
          throw new ApiError(400, message, { param: "dtype" });
        }
      }
      return taken;
    } catch (error) {
      for (const sequence of taken) scope.giveBack(sequence);
      for (const { sequenceId } of opened) scope.close(sequenceId);
      throw error;
    }
  }

  #samplerOf(dtype: RowDtype): Promise<RowSampler> {
    let sampler = this.#samplers.get(dtype);
    if (!sampler) {
      const { vocabSize, workers, customStages, quotas, limits } = this.#options;
      const { arenaBytes, rowTimeoutMs, queueTimeoutMs: patienceMs } = limits;
      const pool = { vocabSize, dtype, workers, customStages, arenaBytes, rowTimeoutMs };
      const tokens = quotas.arenaTokens(`tokens of ${dtype} sequences of /v1/sample`);
      sampler = RowSampler.create({ pool, tokens, patienceMs });
      this.#samplers.set(dtype, sampler);
      // One that could not be made is made anew at the next use.
      sampler.catch(() => this.#samplers.delete(dtype));
    }
    return sampler;
  }

  #closeIdle(): void {
    const ms = performance.now() - this.#options.limits.sampleIdleMs;
    for (const scope of this.#scopes) scope.closeOlderThan(ms);
  }
}

/** The slot with the row. A sender that is slow has a slot when the row is there: in the meantime others use it. */
async function receiveRow(sampler: RowSampler, client: Client, body: RowBody, what: string): Promise<number> {
  const slot = await sampler.acquire(client);
  let sizeBytes: number;
  let aside;
  try {
    sizeBytes = await body.fill(sampler.bytes(slot), what, 0, slotPatienceMs);
    if (sizeBytes === sampler.rowBytes) return slot;
    aside = body.aside(sampler.bytes(slot));
  } catch (error) {
    sampler.release(slot);
    throw error;
  }
  sampler.release(slot);
  try {
    await body.fill(aside.row, what, sizeBytes);
    const later = await sampler.acquire(client);
    sampler.bytes(later).set(aside.row);
    return later;
  } finally {
    aside.release();
  }
}

function openAt(
  sampler: RowSampler,
  sequenceId: number | bigint,
  open: NonNullable<SampleRow["open"]>,
  access: SampleAccess,
  name: string,
): SampleSequence {
  try {
    return new SampleSequence(sampler, sequenceId, open, access);
  } catch (error) {
    throw toApiError(error, (parameter) => `${name}.${parameter}`);
  }
}

/** A row sent again gives its answer again; one out of order fails alone. */
async function answerRow(
  sequence: SampleSequence,
  { position = sequence.position }: SampleRow,
  slot: number,
): Promise<SampleAnswer | SampleFailure> {
  if (position === sequence.position) return sequence.sample(slot);
  const { lastAnswer, sequenceId } = sequence;
  if (lastAnswer?.position === position) return lastAnswer;
  const message = `"position" expected ${sequence.position}, got ${position}`;
  return { sequenceId, position, error: { code: "position_mismatch", message } };
}
