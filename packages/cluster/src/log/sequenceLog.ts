/** Reads and appends entries; compare-and-set by the server. */
import { type JetStreamClient, JetStreamApiCodes, JetStreamApiError, type JetStreamManager } from "@nats-io/jetstream";
import { messageOf } from "@tokenmill/check";
import type { ClusterNames } from "../names.ts";
import { decode, encode } from "../wire/codec.ts";
import type { TokenBatch } from "../wire/tokenBatch.ts";
import { append, type Appended, unavailable } from "./append.ts";
import type { LogEntry, StoredEntry } from "./entry.ts";

export class SequenceLog {
  readonly #js: JetStreamClient;
  readonly #jsm: JetStreamManager;
  readonly #names: ClusterNames;
  readonly #onLog: (event: string, details: Readonly<Record<string, unknown>>) => void;
  #isFailing = false;
  /** Entries and bytes appended since the start. */
  readonly appended = { entries: 0, sizeBytes: 0 };

  /** @param onLog is told when NATS begins to take no entries, and when it takes some again */
  constructor(
    js: JetStreamClient,
    jsm: JetStreamManager,
    names: ClusterNames,
    onLog: (event: string, details: Readonly<Record<string, unknown>>) => void,
  ) {
    this.#onLog = onLog;
    this.#js = js;
    this.#jsm = jsm;
    this.#names = names;
  }

  /**
   * @param after number of the last entry that the writer knows, 0 for none; undefined: whatever it is (what a test plants)
   * @param messageId lets the server know an entry again that was sent twice
   * @throws ClusterError `cluster_unavailable`
   */
  async append(sequence: string, entry: LogEntry, after: number | undefined, messageId?: string): Promise<Appended> {
    const payload = encode(entry);
    const subject = this.#names.logSubject(sequence);
    const appended = await append(this.#js, subject, payload, { after, messageId }).catch((error: unknown) => {
      if (!this.#isFailing) this.#onLog("unwritten", { sequence, reason: messageOf(error) });
      this.#isFailing = true;
      throw error;
    });
    if (this.#isFailing) this.#onLog("writtenAgain", { sequence });
    this.#isFailing = false;
    if (appended !== "conflict") {
      this.appended.entries++;
      this.appended.sizeBytes += payload.length;
    }
    return appended;
  }

  /** The last entry; undefined: there is none. @throws ClusterError `cluster_unavailable` */
  tail(sequence: string): Promise<StoredEntry | undefined> {
    return this.#get({ last_by_subj: this.#names.logSubject(sequence) });
  }

  /** Entries from the first on, or from number `from`. @throws ClusterError `cluster_unavailable` */
  async *entries(sequence: string, from = 1): AsyncGenerator<StoredEntry, void> {
    for (let seq = from; ; ) {
      const stored = await this.#get({ seq, next_by_subj: this.#names.logSubject(sequence) });
      if (!stored) return;
      yield stored;
      seq = stored.seq + 1;
    }
  }

  /** The batches that make up the first `position` tokens; undefined: some are gone. */
  async batches(sequence: string, position: number): Promise<TokenBatch[] | undefined> {
    const batches: TokenBatch[] = [];
    let length = 0;
    if (length < position) {
      for await (const { entry } of this.entries(sequence)) {
        if (!entry.tokens) continue;
        if (entry.tokens.first !== length) return undefined;
        batches.push(entry.tokens);
        length += entry.tokens.tokenIds.length;
        if (length >= position) break;
      }
    }
    return length === position ? batches : undefined;
  }

  async #get(
    query: { last_by_subj: string } | { seq: number; next_by_subj: string },
  ): Promise<StoredEntry | undefined> {
    try {
      const message = await this.#jsm.streams.getMessage(this.#names.logStream, query);
      return message ? { seq: message.seq, entry: decode<LogEntry>(message.data) } : undefined;
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.NoMessageFound) return undefined;
      throw unavailable(error);
    }
  }
}
