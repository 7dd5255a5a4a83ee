/** One WebSocket connection of `/v1/sample`: each binary message is a body with rows, each answer a message, in order. */
import { type Duplex, Readable } from "node:stream";
import { refuseBecause } from "@tokenmill/check";
import { createMsgpackCodec } from "@tokenmill/protocol";
import type { WebSocket } from "ws";
import type { ServeContext } from "../context/context.ts";
import type { Client } from "../limits/client.ts";
import { RowBody } from "../sample/rowBody.ts";
import { toApiError } from "../errors/toApiError.ts";

import { Inbox, type InboxMessage } from "./inbox.ts";

export const sampleProtocol = "tokenmill.sample.v1";

/** Serves the connection until it closes; its sequences are forgotten then. */
export function serveSamples(context: ServeContext, socket: WebSocket, client: Client, connection: Duplex): void {
  const { samples, lifecycle, log, quotas, answerQueue } = context;
  const scope = samples.openScope();
  const codec = createMsgpackCodec();
  let last: Promise<void> = Promise.resolve();

  const answer = async ({ data, isBinary }: InboxMessage): Promise<void> => {
    const claim = quotas.bodyBytes.claim(client, 0);
    try {
      if (!isBinary) refuseBecause("message", "expected binary, got text", true);
      lifecycle.checkServing();
      const pieces = await samples.run(scope, client, new RowBody(Readable.from([data]), claim));
      await sendFragments(socket, pieces, () => answerQueue.enter(client));
    } catch (error) {
      const { status, code, message } = toApiError(error);
      if (status >= 500) log.error({ err: error }, "rows failed");
      await sent(socket, codec.encode({ error: { code: code ?? "bad_request", message } }), true);
    } finally {
      claim.release();
    }
  };
  const handle = (message: InboxMessage): Promise<void> => (last = answer(message));
  new Inbox({ context, client, socket, connection, handle });
  socket.on("close", () => void last.then(() => samples.closeScope(scope)));
}

/** One message in fragments, each when the peer has read those before and `entered` has resolved. */
async function sendFragments(
  socket: WebSocket,
  pieces: Iterator<Uint8Array, void>,
  entered: () => Promise<void>,
): Promise<void> {
  let piece = pieces.next();
  while (!piece.done && socket.readyState === socket.OPEN) {
    const next = pieces.next();
    await sent(socket, piece.value, next.done === true);
    if (!next.done) await entered();
    piece = next;
  }
}

/** Resolves when the peer has taken it, or is gone. */
function sent(socket: WebSocket, bytes: Uint8Array, isLast: boolean): Promise<void> {
  return new Promise((resolve) => socket.send(bytes, { binary: true, fin: isLast }, () => resolve()));
}
