/** One WebSocket connection of `/v1/sample`: each binary message is a body with rows, each answer a message, in order. */
import { Readable } from "node:stream";
import { refuseBecause } from "@tokenmill/check";
import { createMsgpackCodec } from "@tokenmill/protocol";
import type { WebSocket } from "ws";
import type { ServeContext } from "../context.ts";
import type { Client } from "../limits/client.ts";
import { RowBody } from "../sample/rowBody.ts";
import { toApiError } from "../errors/toApiError.ts";

export const sampleProtocol = "tokenmill.sample.v1";

/** Messages that may wait; then the connection is not read until they are done. */
const mostWaiting = 4;

/** Serves the connection until it closes; its sequences are forgotten then. */
export function serveSamples(
  { samples, lifecycle, log, quotas }: ServeContext,
  socket: WebSocket,
  client: Client,
): void {
  const scope = samples.openScope();
  const codec = createMsgpackCodec();
  let waiting = 0;
  let last: Promise<void> = Promise.resolve();

  const answer = async (data: Buffer, isBinary: boolean): Promise<void> => {
    let encoded: Uint8Array;
    const claim = quotas.bodyBytes.claim(client, 0);
    try {
      if (!isBinary) refuseBecause("message", "expected binary, got text", true);
      lifecycle.checkServing();
      encoded = await samples.run(scope, client, new RowBody(Readable.from([data]), claim));
    } catch (error) {
      const { status, code, message } = toApiError(error);
      if (status >= 500) log.error({ err: error }, "rows failed");
      encoded = codec.encode({ error: { code: code ?? "bad_request", message } });
    }
    claim.release();
    if (socket.readyState === socket.OPEN) socket.send(encoded);
    if (--waiting < mostWaiting) socket.resume();
  };
  socket.on("message", (data, isBinary) => {
    if (++waiting >= mostWaiting) socket.pause();
    last = last.then(() => answer(data as Buffer, isBinary));
  });
  socket.on("close", () => void last.then(() => samples.closeScope(scope)));
}
