/** What a node says to the reader of a sequence, wherever that is connected. */
import type { TokenEvent } from "@tokenmill/core";
import type { LoggedFailure, Standing } from "../log/entry.ts";
import type { ReaderMessage } from "../peers/messages.ts";
import type { Peers } from "../peers/peers.ts";
import { readerOf } from "../peers/readerOf.ts";
import { batchOf } from "../wire/tokenBatch.ts";

type Addressed = Pick<Standing, "reader" | "epoch">;

export function tellClaim(peers: Peers, standing: Addressed): void {
  tell(peers, standing, (reader, epoch) => ({ kind: "claimed", reader, epoch }));
}

export function tellEvents(peers: Peers, standing: Addressed, events: readonly TokenEvent[]): void {
  tell(peers, standing, (reader, epoch) => ({ kind: "tokens", reader, epoch, batch: batchOf(events) }));
}

export function tellFailure(peers: Peers, standing: Addressed, failure: LoggedFailure): void {
  tell(peers, standing, (reader, epoch) => ({ kind: "failed", reader, epoch, failure }));
}

function tell(
  peers: Peers,
  { reader, epoch }: Addressed,
  messageTo: (reader: number, epoch: number) => ReaderMessage,
): void {
  const [peer, number] = readerOf(reader);
  peers.send(peer, messageTo(number, epoch));
}
