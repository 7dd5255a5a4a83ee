/** Batches of the server: kept in a directory, a few at a time in the background, each going on after a restart where it was. */
import { createHash, randomBytes } from "node:crypto";
import { setMaxListeners } from "node:events";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "@tokenmill/check";
import { readBatchLines } from "../batches/batchLines.ts";
import type { ServeContext } from "../context/context.ts";
import { ApiError } from "../errors/apiError.ts";
import { toApiError } from "../errors/toApiError.ts";
import { type FileStore, newId } from "../files/fileStore.ts";
import { readRecords, removeLeft, writeRecord } from "../files/records.ts";
import { type BatchRecord, type BatchStatus, hasEnded, nowSeconds } from "./batchRecord.ts";
import { type BatchMeans, runBatch } from "./runBatch.ts";
import { splitResults } from "./splitResults.ts";

export interface BatchJobsOptions extends BatchMeans {
  readonly files: FileStore;
  readonly directory: string;
  /** Of requests without one. Absent: a random one for each batch. */
  readonly seed: number | bigint | undefined;
  readonly log: ServeContext["log"];
}

export interface NewBatch {
  readonly owner: string;
  readonly input_file_id: string;
  readonly endpoint: string;
  readonly metadata: Readonly<Record<string, string>> | null;
}

/** Batches that are answered at a time; the others wait. */
const mostRunning = 4;
const windowSeconds = 86_400;
/** Faults that pass: of a disk that is full, of a cluster that is away. */
const passing: readonly (string | undefined)[] = ["storage_full", "cluster_unavailable"];
const retryMs = 3000;
type StopReason = "expired" | "cancelled" | "closed";

export class BatchJobs {
  readonly #options: BatchJobsOptions;
  readonly #batches: Map<string, BatchRecord> = new Map();
  readonly #running: Map<string, { readonly stop: AbortController; readonly end: Promise<void> }> = new Map();
  readonly #closed: AbortController = new AbortController();

  private constructor(options: BatchJobsOptions) {
    this.#options = options;
  }

  /** Goes on with what an earlier server has left. @throws the file system's errors */
  static async open(options: BatchJobsOptions): Promise<BatchJobs> {
    const jobs = new BatchJobs(options);
    await mkdir(options.directory, { recursive: true });
    const records = await readRecords<BatchRecord>(options.directory);
    for (const record of records.toSorted((a, b) => a.created_at - b.created_at)) jobs.#batches.set(record.id, record);
    const isOpen = (record: BatchRecord | undefined): boolean => record !== undefined && !hasEnded(record);
    await removeLeft(options.directory, ["batch"], (id) => isOpen(jobs.#batches.get(id)));
    jobs.#fill();
    return jobs;
  }

  /** The newest first. */
  list(owner: string): BatchRecord[] {
    return [...this.#batches.values()].filter((batch) => batch.owner === owner).toReversed();
  }

  /** @throws ApiError 404 */
  get(owner: string, id: string): BatchRecord {
    const batch = this.#batches.get(id);
    if (batch?.owner === owner) return batch;
    throw new ApiError(404, `there is no batch ${JSON.stringify(id)}`, { param: "batch_id", code: "batch_not_found" });
  }

  /** @throws ApiError 404 for a file that is not there */
  async create({ owner, input_file_id, endpoint, metadata }: NewBatch): Promise<BatchRecord> {
    this.#options.files.get(owner, input_file_id, "input_file_id");
    const created_at = nowSeconds();
    const seed = this.#options.seed ?? randomBytes(8).readBigUInt64LE() >> 11n;
    const batch: BatchRecord = {
      id: newId("batch"),
      endpoint,
      input_file_id,
      completion_window: "24h",
      status: "validating",
      output_file_id: null,
      error_file_id: null,
      errors: null,
      created_at,
      expires_at: created_at + windowSeconds,
      in_progress_at: null,
      finalizing_at: null,
      completed_at: null,
      failed_at: null,
      expired_at: null,
      cancelling_at: null,
      cancelled_at: null,
      request_counts: { total: 0, completed: 0, failed: 0 },
      metadata,
      owner,
      seed: String(seed),
    };
    await this.#keep(batch);
    this.#batches.set(batch.id, batch);
    this.#fill();
    return batch;
  }

  /** What is answered stays. @throws ApiError 404, 409 if it has ended */
  async cancel(owner: string, id: string): Promise<BatchRecord> {
    const batch = this.get(owner, id);
    if (hasEnded(batch)) throw new ApiError(409, `the batch is ${batch.status}`, { code: "batch_ended" });
    if (batch.status === "cancelling") return batch;
    const kept = this.#become(batch, "cancelling", "cancelling_at");
    this.#running.get(id)?.stop.abort("cancelled" satisfies StopReason);
    this.#fill();
    await kept;
    return batch;
  }

  /** @throws ApiError 409 if a batch that has not ended reads the file */
  checkUnused(owner: string, fileId: string): void {
    const user = this.list(owner).find((batch) => batch.input_file_id === fileId && !hasEnded(batch));
    if (!user) return;
    throw new ApiError(409, `the batch ${user.id} reads the file: cancel it first`, { code: "file_in_use" });
  }

  /** Leaves what is not done to the next server. */
  async close(): Promise<void> {
    this.#closed.abort();
    const running = [...this.#running.values()];
    for (const { stop } of running) stop.abort("closed" satisfies StopReason);
    await Promise.all(running.map(({ end }) => end));
  }

  #fill(): void {
    if (this.#closed.signal.aborted) return;
    for (const batch of this.#batches.values()) {
      if (this.#running.size >= mostRunning) return;
      if (hasEnded(batch) || this.#running.has(batch.id)) continue;
      const stop = new AbortController();
      setMaxListeners(0, stop.signal);
      const end = this.#run(batch, stop).finally(() => {
        this.#running.delete(batch.id);
        this.#fill();
      });
      this.#running.set(batch.id, { stop, end });
    }
  }

  async #run(batch: BatchRecord, stop: AbortController): Promise<void> {
    // Where the clock was set back meanwhile, no longer than it has in all.
    const timeLeftMs = Math.min(1000 * windowSeconds, Math.max(0, 1000 * batch.expires_at - Date.now()));
    const timer = setTimeout(() => stop.abort("expired" satisfies StopReason), timeLeftMs);
    if (batch.status === "cancelling") stop.abort("cancelled" satisfies StopReason);
    const { signal } = this.#closed;
    while (!signal.aborted && !(await this.#attempt(batch, stop.signal))) {
      await sleep(retryMs, undefined, { signal }).catch(() => undefined);
    }
    clearTimeout(timer);
  }

  /** False: what it failed for may pass, and what is answered stands. */
  async #attempt(batch: BatchRecord, signal: AbortSignal): Promise<boolean> {
    const { files, directory, log } = this.#options;
    const results = join(directory, `${batch.id}.results`);
    try {
      const input = files.pathOf(batch.owner, batch.input_file_id);
      if (batch.request_counts.total === 0) await this.#count(batch, input);
      if (batch.status === "validating") await this.#become(batch, "in_progress", "in_progress_at");
      await runBatch(this.#options, batch, { input, results }, signal);
      const reason = signal.aborted ? (signal.reason as StopReason) : undefined;
      if (reason === "closed") await this.#keep(batch);
      else await this.#finish(batch, results, reason);
      return true;
    } catch (error) {
      if (passing.includes(toApiError(error).code)) {
        log.warn({ err: error, batch: batch.id }, "batch waits");
        return false;
      }
      log.error({ err: error, batch: batch.id }, "batch failed");
      const fault = { code: error instanceof ApiError ? (error.code ?? "batch_failed") : "batch_failed" };
      batch.errors = { object: "list", data: [{ ...fault, message: messageOf(error), param: null, line: null }] };
      await this.#become(batch, "failed", "failed_at").catch(() => (batch.status = "failed"));
      return true;
    }
  }

  /** @throws ApiError for a file without requests */
  async #count(batch: BatchRecord, input: string): Promise<void> {
    let total = 0;
    for await (const _item of readBatchLines(input)) total++;
    batch.request_counts.total = total;
    if (total === 0) throw new ApiError(400, "the input file has no requests", { code: "empty_file" });
  }

  async #finish(batch: BatchRecord, results: string, reason: Exclude<StopReason, "closed"> | undefined): Promise<void> {
    const { files } = this.#options;
    const { id, owner } = batch;
    if (reason !== "cancelled") await this.#become(batch, "finalizing", "finalizing_at");
    const { output, errors } = await splitResults(results);
    const adopt = async (path: string | undefined, kind: string): Promise<string | null> => {
      if (path === undefined) return null;
      // What is done again gives the same file.
      const fileId = `file-${createHash("sha256").update(`${id}_${kind}`).digest("hex").slice(0, 24)}`;
      const facts = { id: fileId, owner, filename: `${id}_${kind}.jsonl`, purpose: "batch_output" } as const;
      return (await files.adopt(path, facts)).id;
    };
    batch.output_file_id = await adopt(output, "output");
    batch.error_file_id = await adopt(errors, "error");
    if (reason === "cancelled") await this.#become(batch, "cancelled", "cancelled_at");
    else if (reason === "expired") await this.#become(batch, "expired", "expired_at");
    else await this.#become(batch, "completed", "completed_at");
    await rm(results, { force: true });
    await rm(`${results}.state`, { force: true });
  }

  /** @throws the file system's errors: it is as it was then */
  async #become(batch: BatchRecord, status: BatchStatus, time: keyof Times): Promise<void> {
    const before = batch.status;
    batch.status = status;
    (batch as Times)[time] ??= nowSeconds();
    try {
      await this.#keep(batch);
    } catch (error) {
      if (batch.status === status) batch.status = before;
      throw error;
    }
  }

  #keep(batch: BatchRecord): Promise<void> {
    return writeRecord(this.#options.directory, batch.id, batch);
  }
}

type Times = Pick<
  BatchRecord,
  "in_progress_at" | "finalizing_at" | "completed_at" | "failed_at" | "expired_at" | "cancelling_at" | "cancelled_at"
>;
