/** A network link between a process and a NATS server, over real sockets, that can be cut and slowed down. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

export class Link {
  /** As the NATS server's, on the process's side of the link. */
  readonly url: string;
  readonly #server: Server;
  readonly #target: URL;
  readonly #pairs: Set<readonly [Socket, Socket]> = new Set();
  #isCut = false;
  /** Time that bytes take in each direction. */
  delayMs = 0;
  /** Called with what the process sends, before it passes. */
  onSent: (text: string) => void = () => {};

  private constructor(server: Server, target: URL) {
    this.#server = server;
    this.#target = target;
    this.url = `nats://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on("connection", (socket) => this.#connect(socket));
  }

  static async to(url: string): Promise<Link> {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }).listen(0, "127.0.0.1");
    await once(server, "listening");
    return new Link(server, new URL(url));
  }

  /** Nothing passes, not even that a side has closed; who connects hears nothing. */
  cut(): void {
    this.#isCut = true;
    for (const [near, far] of this.#pairs) {
      near.pause();
      far.pause();
    }
  }

  heal(): void {
    this.#isCut = false;
    for (const [near, far] of this.#pairs) {
      if (near.destroyed || far.destroyed) this.#end([near, far]);
      near.resume();
      far.resume();
    }
  }

  /** Ends all connections, and takes new ones. */
  break(): void {
    for (const pair of this.#pairs) this.#end(pair);
  }

  close(): void {
    this.#server.close();
    this.break();
  }

  #connect(near: Socket): void {
    const far = connect({ host: this.#target.hostname, port: Number(this.#target.port), allowHalfOpen: true });
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    for (const [from, to] of [pair, [far, near]] as const) {
      from.setNoDelay(true);
      from.on("data", (bytes: Buffer) => {
        if (from === near) this.onSent(bytes.toString("latin1"));
        if (to.destroyed) return;
        if (this.delayMs === 0) to.write(bytes);
        else setTimeout(() => to.write(bytes), this.delayMs);
      });
      const closed = (): void => {
        if (!this.#isCut) this.#end(pair);
      };
      from.on("end", closed).on("error", closed).on("close", closed);
    }
    if (this.#isCut) far.pause();
    else near.resume();
  }

  #end(pair: readonly [Socket, Socket]): void {
    this.#pairs.delete(pair);
    for (const socket of pair) socket.destroy();
  }
}

/** The links of one process to all servers. */
export class Links {
  readonly #links: readonly Link[];

  private constructor(links: readonly Link[]) {
    this.#links = links;
  }

  static async to(urls: readonly string[], delayMs = 0): Promise<Links> {
    const links = await Promise.all(urls.map((url) => Link.to(url)));
    const all = new Links(links);
    all.delayMs = delayMs;
    return all;
  }

  /** Time that bytes take in each direction. */
  set delayMs(delayMs: number) {
    for (const link of this.#links) link.delayMs = delayMs;
  }

  get urls(): string[] {
    return this.#links.map(({ url }) => url);
  }

  cut(): void {
    for (const link of this.#links) link.cut();
  }

  heal(): void {
    for (const link of this.#links) link.heal();
  }

  close(): void {
    for (const link of this.#links) link.close();
  }
}
