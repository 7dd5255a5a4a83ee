/** What is written of a batch's shards, as it is written: names and states alone, from the time of the call on. */
import { type ConsumerMessages, DeliverPolicy } from "@nats-io/jetstream";
import type { PartsContext } from "./parts.ts";
import { statusHeader } from "./shard.ts";

export interface BatchNews {
  readonly key: string;
  /** As the entry's header says. */
  readonly status: string;
}

/** @returns a function that ends it */
export async function watchBatch(
  { js, jsm, names }: PartsContext,
  batch: string,
  onNews: (news: BatchNews) => void,
): Promise<() => Promise<void>> {
  const { state } = await jsm.streams.info(names.resultStream);
  const consumer = await js.consumers.get(names.resultStream, {
    filter_subjects: names.resultSubject(batch, "*"),
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: state.last_seq + 1,
    headers_only: true,
  });
  const messages: ConsumerMessages = await consumer.consume({
    callback: ({ subject, headers }) => {
      onNews({ key: subject.slice(subject.lastIndexOf(".") + 1), status: headers?.get(statusHeader) ?? "" });
    },
  });
  return async () => void (await messages.close());
}
