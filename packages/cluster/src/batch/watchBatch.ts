/** What is written of a batch's shards, as it is written: names and states alone, from the time of the call on. */
import { DeliverPolicy, type JsMsg } from "@nats-io/jetstream";
import { reached } from "../log/append.ts";
import type { PartsContext } from "./parts.ts";
import { statusHeader } from "./shard.ts";

export interface BatchNews {
  readonly key: string;
  /** As the entry's header says. */
  readonly status: string;
}

/** @returns a function that ends it. @throws ClusterError `cluster_unavailable` */
export async function watchBatch(
  { js, jsm, names }: PartsContext,
  batch: string,
  onNews: (news: BatchNews) => void,
): Promise<() => Promise<void>> {
  const { state } = await reached(jsm.streams.info(names.resultStream));
  const ordered = {
    filter_subjects: names.resultSubject(batch, "*"),
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: state.last_seq + 1,
    headers_only: true,
  };
  const consumer = await reached(js.consumers.get(names.resultStream, ordered));
  const callback = ({ subject, headers }: JsMsg): void =>
    onNews({ key: subject.slice(subject.lastIndexOf(".") + 1), status: headers?.get(statusHeader) ?? "" });
  const messages = await reached(consumer.consume({ callback }));
  return async () => void (await messages.close());
}
