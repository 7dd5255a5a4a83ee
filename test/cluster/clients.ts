/** Clients of a cluster in this process: each reads one stream, and may go on at another gateway in the middle. */
import { setTimeout } from "node:timers/promises";
import type { Cluster } from "@tokenmill/cluster";
import type { GenerateRequest, TokenEvent } from "@tokenmill/core";
import type { History } from "./history.ts";

export interface ClientRecord extends History {
  /** When each event of the last connection came, in ms. */
  readonly timesMs: readonly number[];
}

interface Place {
  readonly streamId: number;
  readonly index: number;
  readonly isResumed: boolean;
}

/** How often a stream is asked for while NATS is gone. */
const mostAttempts = 100;

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
      const onEvent = (event: TokenEvent): boolean => {
        events.push(event);
        timesMs[event.index] ??= performance.now();
        return event.index + 1 < end;
      };
      if (await readPatiently(gateway, request, { streamId, index: 0, isResumed: number > 0 }, onEvent)) break;
    }
    return { name, connections, timesMs };
  } catch (error) {
    return { name, connections, timesMs, error };
  }
}

/** As a client that tries again where NATS is gone: it is told so by `cluster_unavailable`, before the first event. */
async function readPatiently(
  gateway: Cluster,
  request: GenerateRequest,
  place: Place,
  onEvent: (event: TokenEvent) => boolean,
): Promise<boolean> {
  let hasEvents = false;
  const noting = (event: TokenEvent): boolean => {
    hasEvents = true;
    return onEvent(event);
  };
  for (let attempts = 1; ; attempts++) {
    try {
      return await readOnce(gateway, request, { ...place, isResumed: place.isResumed || attempts > 1 }, noting);
    } catch (error) {
      const isUnavailable = (error as { code?: string }).code === "cluster_unavailable";
      if (!isUnavailable || hasEvents || attempts === mostAttempts) throw error;
      await setTimeout(200);
    }
  }
}

/** True: the stream has ended; false: `onEvent` wanted no more. */
export function readOnce(
  gateway: Cluster,
  request: GenerateRequest,
  place: Place,
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
