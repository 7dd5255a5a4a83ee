/** The part of a NATS server that passes messages on: no streams, no groups, no wildcards, no sign-in. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

const info = `INFO ${JSON.stringify({ server_id: "A", version: "2.10.0", headers: true, max_payload: 2 ** 20 })}\r\n`;

export class CoreNats {
  readonly #server: Server = createServer((socket) => this.#serve(socket));
  readonly #subscriptions = new Map<Socket, { readonly subject: string; readonly id: string }[]>();

  static async start(): Promise<CoreNats> {
    const nats = new CoreNats();
    await once(nats.#server.listen(0, "127.0.0.1"), "listening");
    return nats;
  }

  get url(): string {
    return `nats://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Clients that have not left are cut off. */
  async close(): Promise<void> {
    for (const socket of this.#subscriptions.keys()) socket.destroy();
    const closed = once(this.#server, "close");
    this.#server.close();
    await closed;
  }

  #serve(socket: Socket): void {
    const subscriptions: { readonly subject: string; readonly id: string }[] = [];
    this.#subscriptions.set(socket, subscriptions);
    let buffer = Buffer.alloc(0);
    socket.write(info);
    socket.on("error", () => undefined).on("close", () => this.#subscriptions.delete(socket));
    socket.on("data", (data) => {
      buffer = Buffer.concat([buffer, data]);
      for (let end = buffer.indexOf("\r\n"); end >= 0; end = buffer.indexOf("\r\n")) {
        const [verb, subject = "", ...rest] = buffer.toString("latin1", 0, end).split(" ");
        const length = verb === "PUB" ? Number(rest.at(-1)) : -2;
        if (buffer.length < end + 4 + length) return;
        if (verb === "PING") socket.write("PONG\r\n");
        if (verb === "SUB") subscriptions.push({ subject, id: rest.at(-1)! });
        if (verb === "PUB") this.#publish(subject, buffer.subarray(end + 2, end + 2 + length));
        buffer = buffer.subarray(end + 4 + length);
      }
    });
  }

  #publish(subject: string, bytes: Buffer): void {
    for (const [socket, subscriptions] of this.#subscriptions)
      for (const { id } of subscriptions.filter((each) => each.subject === subject))
        socket.write(
          Buffer.concat([Buffer.from(`MSG ${subject} ${id} ${bytes.length}\r\n`), bytes, Buffer.from("\r\n")]),
        );
  }
}
