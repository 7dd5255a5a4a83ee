/** What a node says to the reader of a sequence, wherever that is connected, besides single events. */
import type { LoggedFailure, Standing } from "../log/entry.ts";
import { addresseeOf } from "../peers/addressee.ts";
import type { Peers } from "../peers/peers.ts";
import type { TokenBatch } from "../wire/tokenBatch.ts";

type Addressed = Pick<Standing, "reader" | "epoch">;

export function tellClaim(peers: Peers, standing: Addressed): void {
  const { peer, reader, epoch } = addresseeOf(standing);
  peers.send(peer, { kind: "claimed", reader, epoch });
}

export function tellEvents(peers: Peers, standing: Addressed, batch: TokenBatch): void {
  const { peer, reader, epoch } = addresseeOf(standing);
  peers.send(peer, { kind: "tokens", reader, epoch, batch });
}

export function tellFailure(peers: Peers, standing: Addressed, failure: LoggedFailure): void {
  const { peer, reader, epoch } = addresseeOf(standing);
  peers.send(peer, { kind: "failed", reader, epoch, failure });
}
