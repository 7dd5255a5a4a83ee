/** How the clients that mean no good reach the server: plain connections whose answers are counted. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";

export const port: number = Number(process.argv[2]);
/** Where they come from; clients of another address have a share of their own. */
export const localAddress: string = process.env["HOSTILE_ADDRESS"] ?? "127.0.0.1";

/** By kind: how often each status was answered; "closed" without one. */
export const statuses: Record<string, Record<string, number>> = {};
export const sockets: Set<Socket> = new Set();
export const run: { isOver: boolean } = { isOver: false };

export function count(kind: string, status: string): void {
  const counts = (statuses[kind] ??= {});
  counts[status] = (counts[status] ?? 0) + 1;
}

/** A connection whose answer's status is counted. */
export async function open(kind: string): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1", localAddress });
  sockets.add(socket);
  let isCounted = false;
  const answered = (status: string): void => {
    if (!isCounted) count(kind, status);
    isCounted = true;
  };
  socket.once("data", (chunk: Buffer) =>
    answered(/^HTTP\/1\.1 (\d+)/.exec(chunk.toString("latin1"))?.[1] ?? "garbage"),
  );
  socket.on("error", () => undefined);
  socket.on("close", () => {
    sockets.delete(socket);
    if (!run.isOver) answered("closed");
  });
  await once(socket, "connect");
  return socket;
}

export const head = (length: number, more = ""): string =>
  `POST /v1/completions HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n${more}content-length: ${length}\r\n\r\n`;

export function post(socket: Socket, body: string | Buffer, more?: string): void {
  const bytes = Buffer.from(body);
  socket.write(head(bytes.length, more));
  socket.write(bytes);
}
