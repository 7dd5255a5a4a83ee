/**
 * Sends an answer that is made in pieces: one at a time, queued with those of other clients, and not before the client has
 * read the piece before. A client that reads nothing is disconnected by `connections.ts`.
 */
import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import type { ServeContext } from "../context/context.ts";
import type { Client } from "../limits/client.ts";
import { atEnd } from "../answers/atEnd.ts";

/** Of one answer: a piece here, one in the response, one in the socket. */
const unreadBytes = 65_536;

type Piece = string | Uint8Array;

/** @throws ApiError 429 if the client has too much unread */
export async function sendPieces(
  { answerQueue, quotas }: ServeContext,
  reply: FastifyReply,
  client: Client,
  pieces: Iterator<Piece, void>,
): Promise<FastifyReply> {
  await answerQueue.enterSmall(client);
  const first = pieces.next();
  const second = first.done ? first : pieces.next();
  if (second.done) return reply.send(first.value ?? "");
  const claim = quotas.unreadBytes.claim(client, unreadBytes);
  atEnd(reply.raw, () => claim.release());
  const begin = [first.value!, second.value];
  const queued = async function* (): AsyncGenerator<Piece> {
    yield* begin;
    for (;;) {
      await answerQueue.enter(client);
      const { done, value } = pieces.next();
      if (done) return;
      yield value;
    }
  };
  return reply.send(Readable.from(queued(), { objectMode: false, highWaterMark: 1 }));
}

/** Bytes in pieces, not copied. */
export function* bytePieces(bytes: Uint8Array): Generator<Uint8Array, void> {
  const size = unreadBytes / 4;
  for (let offset = 0; offset < bytes.length; offset += size) yield bytes.subarray(offset, offset + size);
}
