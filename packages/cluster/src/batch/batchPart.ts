/** A process's part in batches: it answers shards of others, and has its own answered by any. */
import type { Consumer, JsMsg } from "@nats-io/jetstream";
import type { Witness } from "../presence/hasOutlived.ts";
import { Pulls } from "../node/pulls.ts";
import type { BatchContext } from "./batchContext.ts";
import { type BatchOptions, BatchRun } from "./batchRun.ts";
import type { BatchAnswers, BatchItem } from "@tokenmill/core";
import { type ShardCounts, ShardNode } from "./shardNode.ts";

export interface BatchPartOptions extends BatchContext {
  readonly consumer: Consumer;
  readonly leaseMs: number;
  readonly isConnected: () => boolean;
  readonly isPresent: Witness["isPresent"];
  readonly checksClaims: boolean;
  readonly onLog: (event: string, details: Readonly<Record<string, unknown>>) => void;
}

/** Requests to the queue that wait at a time, each for one shard. */
const mostPulls = 4;

export class BatchPart {
  readonly #options: BatchPartOptions;
  #node: ShardNode | undefined;
  #pulls: Pulls | undefined;

  constructor(options: BatchPartOptions) {
    this.#options = options;
  }

  get counts(): ShardCounts {
    return this.#node?.counts ?? { answered: 0, redelivered: 0, fenced: 0 };
  }

  /** Answers shards from now on. */
  serve(answers: BatchAnswers): void {
    const node = new ShardNode({ ...this.#options, answers });
    const { consumer, leaseMs, isConnected } = this.#options;
    const take = (message: JsMsg): Promise<void> => node.take(message);
    const pulls = new Pulls({ consumer, capacity: mostPulls, leaseMs, free: () => node.free, take, isConnected });
    node.onFree = () => pulls.fill();
    this.#node = node;
    this.#pulls = pulls;
    pulls.fill();
  }

  /** Results in the order of the items, some lines at a time. @throws as `BatchRun.results` */
  answer(items: AsyncIterable<BatchItem>, options: BatchOptions): AsyncGenerator<readonly string[], void> {
    return new BatchRun(this.#options, options).results(items);
  }

  /** NATS is there again. */
  fill(): void {
    this.#pulls?.fill();
  }

  /** Leaves its shards to other nodes and takes no more. */
  async handOver(): Promise<void> {
    this.#pulls?.stop();
    await this.#node?.handOver();
  }

  stop(): void {
    this.#node?.stop();
  }
}
