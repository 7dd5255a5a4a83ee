/** Clients of `/v1/stream` over WebSocket, with ws's own client. */
import { once } from "node:events";
import type { TokenEvent } from "@tokenmill/core";
import { createMsgpackCodec } from "@tokenmill/protocol";
import { onTestFinished } from "vitest";
import { type ClientOptions, WebSocket } from "ws";
import { type TestServer, until } from "./testServer.ts";

export interface SocketMessage {
  type: string;
  id?: string;
  event?: TokenEvent;
  error?: { code: string; message: string };
  sequenceId?: number | bigint;
  seed?: unknown;
}

/** A client that keeps everything it is told. */
export class SocketClient {
  readonly messages: SocketMessage[] = [];
  readonly socket: WebSocket;
  readonly #codec = createMsgpackCodec();

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("message", (data: Buffer, isBinary: boolean) => {
      this.messages.push((isBinary ? this.#codec.decode(data) : JSON.parse(data.toString())) as SocketMessage);
    });
  }

  static async connect(server: TestServer, protocol: string, options: ClientOptions = {}): Promise<SocketClient> {
    const socket = new WebSocket(`${server.url.replace("http", "ws")}/v1/stream`, protocol, options);
    const client = new SocketClient(socket);
    await once(socket, "open");
    onTestFinished(() => socket.terminate());
    return client;
  }

  say(message: object): void {
    const isBinary = this.socket.protocol.endsWith("msgpack");
    this.socket.send(isBinary ? this.#codec.encode(message) : JSON.stringify(message));
  }

  of(id: string): SocketMessage[] {
    return this.messages.filter((message) => message.id === id);
  }

  events(id: string): TokenEvent[] {
    return this.of(id).flatMap(({ event }) => event ?? []);
  }

  /** All events of the stream, when its last has come. */
  async ended(id: string): Promise<TokenEvent[]> {
    const isLast = (message: SocketMessage): boolean => message.id === id && message.event?.finishReason !== undefined;
    await until(() => this.messages.some(isLast), `stream ${id} has ended`);
    return this.events(id);
  }
}
