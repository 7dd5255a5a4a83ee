/** A chunk that is too long to be made at once, such as a prompt with its scores: sent in pieces, while others wait. */
import type { Client } from "../limits/client.ts";
import type { WorkQueue } from "../limits/workQueue.ts";
import type { SseResponse } from "./sseResponse.ts";

/** Shorter ones are text at once. */
const shortLength = 16_384;

export interface LongChunk {
  /** What was made of it already. */
  readonly begin: string;
  readonly rest: Iterator<string, void>;
}

/** The whole of it if it is short. */
export function chunkOf(pieces: string | Iterable<string, void>): string | LongChunk {
  if (typeof pieces === "string") return pieces;
  const rest = pieces[Symbol.iterator]();
  let begin = "";
  while (begin.length < shortLength) {
    const { done, value } = rest.next();
    if (done) return begin;
    begin += value;
  }
  return { begin, rest };
}

/** Resolves when all of it is written, or the client has left. @throws what making it throws: the event has ended all the same */
export async function sendLong(
  sse: SseResponse,
  { begin, rest }: LongChunk,
  queue: WorkQueue,
  client: Client,
): Promise<void> {
  let isTaken = sse.write(`data: ${begin}`);
  try {
    for (;;) {
      if (!isTaken) await sse.drained();
      await queue.enter(client);
      const { done, value } = rest.next();
      if (done || sse.hasEnded) break;
      isTaken = sse.write(value);
    }
  } finally {
    sse.write("\n\n");
  }
}
