/** What a batch consists of, wherever it is answered: in one process, or on a node of a cluster. */

/** One request of a batch. */
export interface BatchItem {
  /** Among the requests, from 0. */
  readonly number: number;
  /** The line; null: it is not UTF-8. */
  readonly text: string | null;
  /** Its place in the file, from 1. Absent: the number of the request plus 1. */
  readonly line?: number;
  /** An earlier line of the file with the same `custom_id`. Absent: there is none. */
  readonly repeats?: number;
}

/** What answers follow from besides the line, its number and the model. */
export interface BatchSettings {
  /** Of requests without one, with their number: a decimal integer. */
  readonly seed: string;
  /** Time that answers say they were made, in seconds since 1970. */
  readonly createdSeconds: number;
  /** The path that all requests must name; absent: each names its own. */
  readonly path?: string;
}

/** Answers requests of batches. */
export interface BatchAnswers {
  /** Requests that could begin now. */
  readonly free: number;
  /**
   * The line of its result, with its line feed: it follows from settings, item and model alone.
   * @throws what the signal says, once it is aborted
   */
  answer(settings: BatchSettings, item: BatchItem, signal: AbortSignal): Promise<string>;
  /** The line of a request that cannot be answered. */
  giveUp(item: BatchItem, message: string): string;
}
