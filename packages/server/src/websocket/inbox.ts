/**
 * What comes in on a WebSocket: messages one after the other, large ones and floods of small ones queued with those of other
 * clients, with their memory claimed from the first byte on. The connection is not read while a message is pending.
 */
import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { ServeContext } from "../context/context.ts";
import { toApiError } from "../errors/toApiError.ts";
import { largeBodyBytes } from "../limits/workQueue.ts";
import type { Client } from "../limits/client.ts";
import type { Claim } from "../limits/shares.ts";
import { UploadPace } from "../limits/uploadPace.ts";
import { FrameMeter } from "./frameMeter.ts";

/** In one piece of 64 KiB; 10,000 empty ones take 10 ms to read. */
const manyFrames = 64;
/** After which a peer that does not answer a closing handshake is cut off. */
const closingMs = 1000;
/** Close codes of RFC 6455 §7.4.1 and the registry of IANA. */
const policyViolation = 1008;
const tryAgainLater = 1013;

export interface InboxMessage {
  readonly data: Buffer;
  readonly isBinary: boolean;
  /** Memory of the message: released after it is handled, or with `isKept` by the handler. */
  readonly claim: Claim;
  isKept: boolean;
}

export interface InboxOptions {
  readonly context: ServeContext;
  readonly client: Client;
  readonly socket: WebSocket;
  /** The connection below, before anything of it was read. */
  readonly connection: Duplex;
  /** The next message waits until it is done. Must not throw. */
  readonly handle: (message: InboxMessage) => void | Promise<void>;
}

export class Inbox {
  readonly #options: InboxOptions;
  readonly #meter = new FrameMeter();
  readonly #unfinished: Claim;
  readonly #pace: UploadPace;
  readonly #messages: InboxMessage[] = [];
  #isHandling = false;
  /** Pauses that are not resumed yet; the connection is read at 0. */
  #pauses = 0;

  constructor(options: InboxOptions) {
    const { context, client, socket, connection } = options;
    const { limits } = context.options;
    this.#options = options;
    this.#unfinished = context.quotas.bodyBytes.claim(client, 0);
    this.#pace = new UploadPace(limits, () => this.#refuse(policyViolation, "the message came too slowly"));
    // Before the library, which gives out a message while it reads its last bytes.
    connection.prependListener("data", (chunk: Buffer) => this.#received(chunk));
    socket.on("message", (data, isBinary) => this.#message(data as Buffer, isBinary));
    socket.on("close", () => this.#closed());
  }

  /** The connection is not read until `resume`. */
  pause(): void {
    if (this.#pauses++ > 0) return;
    this.#pace.stop();
    this.#options.socket.pause();
  }

  resume(): void {
    if (--this.#pauses > 0) return;
    if (this.#meter.isUnfinished) this.#pace.wait();
    this.#options.socket.resume();
  }

  #received(chunk: Buffer): void {
    const frames = this.#meter.push(chunk);
    try {
      this.#unfinished.resize(this.#meter.unfinishedBytes);
    } catch (error) {
      this.#refuse(tryAgainLater, toApiError(error).message);
      return;
    }
    if (this.#meter.isUnfinished) {
      this.#pace.received(chunk.length);
      if (this.#pauses === 0) this.#pace.wait();
    } else this.#pace.reset();
    if (frames > manyFrames) void this.#queueReading();
  }

  /** Reading on is work too. */
  async #queueReading(): Promise<void> {
    const { context, client } = this.#options;
    this.pause();
    // After a timeout it is read as well: there is nothing to refuse.
    await context.requestQueue.enter(client).catch(() => undefined);
    this.resume();
  }

  #message(data: Buffer, isBinary: boolean): void {
    const { context, client } = this.#options;
    try {
      const claim = context.quotas.bodyBytes.claim(client, data.length);
      this.#messages.push({ data, isBinary, claim, isKept: false });
    } catch (error) {
      this.#refuse(tryAgainLater, toApiError(error).message);
      return;
    }
    if (!this.#isHandling) void this.#handleAll();
  }

  async #handleAll(): Promise<void> {
    const { context, client, socket, handle } = this.#options;
    this.#isHandling = true;
    let isPaused = false;
    for (let message = this.#messages.shift(); message; message = this.#messages.shift()) {
      let wait =
        message.data.length >= largeBodyBytes
          ? context.requestQueue.enter(client)
          : context.requestQueue.enterSmall(client);
      if (wait && !isPaused) {
        isPaused = true;
        this.pause();
      }
      try {
        if (wait) await wait;
        wait = undefined;
        const handled = socket.readyState === socket.OPEN ? handle(message) : undefined;
        if (handled && !isPaused) {
          isPaused = true;
          this.pause();
        }
        if (handled) await handled;
      } catch (error) {
        this.#refuse(tryAgainLater, toApiError(error).message);
      }
      if (!message.isKept) message.claim.release();
    }
    this.#isHandling = false;
    if (isPaused) this.resume();
  }

  /** Says why in a close frame, of which 123 bytes are for the reason. */
  #refuse(code: number, reason: string): void {
    const { socket } = this.#options;
    if (socket.readyState !== socket.OPEN) return;
    // Read no further, whatever comes.
    this.pause();
    socket.close(code, Buffer.from(reason).subarray(0, 123));
    setTimeout(() => socket.terminate(), closingMs).unref();
  }

  #closed(): void {
    this.#pace.stop();
    this.#unfinished.release();
    for (const { claim } of this.#messages.splice(0)) claim.release();
  }
}
