/**
 * Sequences over the server's WebSocket, subprotocol `tokenmill.v1.json`. The reader grants credits as it takes tokens,
 * so a page that falls behind pauses its own sequences only.
 */
import type { GenerateRequest, TokenEvent } from "@tokenmill/core";
import { apiKey, ask } from "./api.ts";

export interface StreamObserver {
  opened(sequenceId: string, seed: string): void;
  token(event: TokenEvent): void;
  failed(message: string): void;
  cancelled(): void;
}

type ServerMessage =
  | { type: "opened"; id: string; sequenceId: number | string; seed: number | string }
  | { type: "event"; id: string; event: TokenEvent & { error?: { message: string } } }
  | { type: "error"; id?: string; error: { code: string; message: string } }
  | { type: "cancelled"; id: string };

const subprotocol = "tokenmill.v1.json";
/** A page cannot set headers of a socket: the key goes among the subprotocols, in base64url. */
function keyProtocols(key: string): string[] {
  if (key === "") return [];
  const base64 = btoa(String.fromCharCode(...new TextEncoder().encode(key)));
  return [`tokenmill.bearer.${base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`];
}
/** Tokens on their way to a reader; half of them are granted again once taken. */
const creditWindow = 64;

export class StreamSocket {
  readonly #socket: WebSocket;
  readonly #observers = new Map<string, { observer: StreamObserver; taken: number }>();

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }: MessageEvent<string>) =>
      this.#take(JSON.parse(data) as ServerMessage),
    );
    socket.addEventListener("close", () => {
      const open = [...this.#observers.values()];
      this.#observers.clear();
      for (const { observer } of open) observer.failed("the connection to the server ended");
    });
  }

  /** @throws Error if no server answers, or it refuses. */
  static async connect(): Promise<StreamSocket> {
    // says why, as a socket that is refused does not
    await ask("v1/models");
    const url = new URL("v1/stream", document.baseURI);
    url.protocol = url.protocol.replace("http", "ws");
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url, [subprotocol, ...keyProtocols(apiKey.value)]);
      socket.addEventListener("open", () => resolve(new StreamSocket(socket)));
      socket.addEventListener("error", () => reject(new Error("the server took no connection for streams")));
    });
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  open(id: string, request: GenerateRequest, observer: StreamObserver): void {
    this.#observers.set(id, { observer, taken: 0 });
    this.#send({ type: "open", id, request, credits: creditWindow });
  }

  pause(id: string): void {
    this.#send({ type: "pause", id });
  }

  resume(id: string): void {
    this.#send({ type: "resume", id });
  }

  cancel(id: string): void {
    this.#send({ type: "cancel", id });
  }

  close(): void {
    this.#observers.clear();
    this.#socket.close();
  }

  #send(message: object): void {
    this.#socket.send(
      JSON.stringify(message, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value)),
    );
  }

  #take(message: ServerMessage): void {
    const { id } = message;
    const open = id === undefined ? undefined : this.#observers.get(id);
    if (message.type === "error" && id === undefined) {
      for (const { observer } of this.#observers.values()) observer.failed(message.error.message);
      return;
    }
    if (!open || id === undefined) return;
    switch (message.type) {
      case "opened":
        open.observer.opened(String(message.sequenceId), String(message.seed));
        break;
      case "event":
        if (message.event.error) {
          this.#observers.delete(id);
          open.observer.failed(message.event.error.message);
          break;
        }
        open.observer.token(message.event);
        open.taken++;
        if (message.event.finishReason) this.#observers.delete(id);
        else if (open.taken % (creditWindow / 2) === 0) this.#send({ type: "credit", id, credits: creditWindow / 2 });
        break;
      case "error":
        this.#observers.delete(id);
        open.observer.failed(message.error.message);
        break;
      case "cancelled":
        this.#observers.delete(id);
        open.observer.cancelled();
        break;
      default:
        message satisfies never;
    }
  }
}
