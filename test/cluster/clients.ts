/** Clients of a cluster in this process: each reads one stream, and may go on at another gateway in the middle. */
import type { Cluster } from "@tokenmill/cluster";
import type { GenerateRequest, TokenEvent } from "@tokenmill/core";
import type { History } from "./history.ts";

export interface ClientRecord extends History {
  /** When each event of the last connection came, in ms. */
  readonly timesMs: readonly number[];
}

/** @param moves positions at which the client leaves without a word, and comes back at the next gateway */
export async function readAt(
  gateways: readonly Cluster[],
  request: GenerateRequest,
  name: string,
  moves: readonly number[] = [],
): Promise<ClientRecord> {
  const streamId = gateways[0]!.newStreamId();
  const connections: TokenEvent[][] = [];
  const timesMs: number[] = [];
  try {
    for (const [number, end] of [...moves, Number.POSITIVE_INFINITY].entries()) {
      const events: TokenEvent[] = [];
      connections.push(events);
      const gateway = gateways[number % gateways.length]!;
      const hasEnded = await readOnce(gateway, request, { streamId, index: 0, isResumed: number > 0 }, (event) => {
        events.push(event);
        timesMs[event.index] ??= performance.now();
        return event.index + 1 < end;
      });
      if (hasEnded) break;
    }
    return { name, connections, timesMs };
  } catch (error) {
    return { name, connections, timesMs, error };
  }
}

/** True: the stream has ended; false: `onEvent` wanted no more. */
function readOnce(
  gateway: Cluster,
  request: GenerateRequest,
  place: { streamId: number; index: number; isResumed: boolean },
  onEvent: (event: TokenEvent) => boolean,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const sequence = gateway.open(
      request,
      {
        next(event) {
          if (onEvent(event) || event.finishReason !== undefined) return;
          sequence.detach();
          resolve(false);
        },
        error: reject,
        complete: () => resolve(true),
      },
      place,
    );
  });
}
