/** One WebSocket connection that carries many token streams (`/v1/stream`). */
import { refuse } from "@tokenmill/check";
import type { WebSocket } from "ws";
import type { ServeContext } from "../context.ts";
import { toApiError } from "../errors/toApiError.ts";
import { promptIds } from "../generation/promptIds.ts";
import type { Client } from "../limits/client.ts";
import { checkClientMessage, type ClientMessage, idOf } from "./clientMessage.ts";
import { CreditedSequence } from "./creditedSequence.ts";
import { wireCodec } from "./wireCodec.ts";

/** Bytes that may wait for a connection before its sequences pause; they go on when half are gone. */
const mostBufferedBytes = 64 * 1024;
const defaultMaxTokens = 256;

/** Serves the connection until it closes; then everything of it is cancelled. */
export function serveStream(context: ServeContext, socket: WebSocket, client: Client): void {
  const session = new StreamSession(context, socket, client);
  socket.on("message", (data, isBinary) => session.message(data as Buffer, isBinary));
  socket.on("close", () => session.close());
}

class StreamSession {
  readonly #context: ServeContext;
  readonly #socket: WebSocket;
  readonly #client: Client;
  readonly #codec;
  readonly #sequences: Map<string, CreditedSequence> = new Map();
  #isBehind = false;
  #stall: NodeJS.Timeout | undefined;

  constructor(context: ServeContext, socket: WebSocket, client: Client) {
    this.#context = context;
    this.#client = client;
    this.#socket = socket;
    this.#codec = wireCodec(socket.protocol);
  }

  message(data: Buffer, isBinary: boolean): void {
    let value: unknown;
    try {
      value = this.#codec.decode(data, isBinary);
      this.#handle(checkClientMessage(value));
    } catch (error) {
      this.#fail(idOf(value), error);
    }
  }

  close(): void {
    clearTimeout(this.#stall);
    for (const sequence of this.#sequences.values()) sequence.cancel();
    this.#sequences.clear();
  }

  #handle(message: ClientMessage): void {
    const { type, id } = message;
    const sequence = this.#sequences.get(id);
    switch (type) {
      case "open":
        if (sequence) refuse("id", "one that is not open on this connection", id, false);
        this.#open(message);
        return;
      // Of a sequence that has just ended the client may not know yet.
      case "credit":
        sequence?.credit(message.credits);
        return;
      case "pause":
        sequence?.pause();
        return;
      case "resume":
        sequence?.resume();
        return;
      case "cancel":
        this.#sequences.delete(id);
        sequence?.cancel();
        this.#send({ type: "cancelled", id });
        return;
      default:
        message satisfies never;
    }
  }

  #open({ id, request, credits }: ClientMessage & { type: "open" }): void {
    const { sequences, lifecycle, engine, grammars } = this.#context;
    lifecycle.checkServing();
    const { prompt = [], maxTokens = defaultMaxTokens } = request;
    const isKnownForm = typeof prompt === "string" || Array.isArray(prompt);
    const ids = isKnownForm && Number.isInteger(maxTokens) ? promptIds(this.#context, prompt, maxTokens) : prompt;
    const gone = new AbortController();
    const credited = new CreditedSequence({
      credits,
      send: (event) => this.#send({ type: "event", id, event }),
      onError: (error) => {
        this.#sequences.delete(id);
        this.#fail(id, error);
      },
      onEnd: () => this.#sequences.delete(id),
      onCancel: () => gone.abort(),
    });
    const begin = (): void => {
      const sequence = sequences.open(this.#client, { ...request, prompt: ids }, credited);
      this.#send({ type: "opened", id, sequenceId: sequence.sequenceId, seed: request.seed ?? engine.seed });
      credited.start(sequence);
      if (this.#isBehind) credited.setBehind(true);
    };
    const isGone = (): boolean => this.#sequences.get(id) !== credited;
    // What the client says of it while its grammar waits for its turn holds from its beginning.
    this.#sequences.set(id, credited);
    try {
      const compiled = grammars?.compiled(this.#client, request, gone.signal);
      if (!compiled) return begin();
      compiled
        .then((release) => {
          try {
            if (!isGone()) begin();
          } finally {
            release();
          }
        })
        .catch((error: unknown) => {
          if (!isGone()) credited.error(error);
        });
    } catch (error) {
      this.#sequences.delete(id);
      throw error;
    }
  }

  #fail(id: string | undefined, error: unknown): void {
    const { status, code, message, param } = toApiError(error);
    if (status >= 500) this.#context.log.error({ err: error }, "stream failed");
    const details = param === undefined ? {} : { details: { param } };
    const shownCode = code ?? (status < 500 ? "bad_request" : "internal");
    this.#send({ type: "error", ...(id !== undefined && { id }), error: { code: shownCode, message, ...details } });
  }

  #send(message: object): void {
    const socket = this.#socket;
    if (socket.readyState !== socket.OPEN) return;
    socket.send(this.#codec.encode(message), this.#sent);
    if (!this.#isBehind && socket.bufferedAmount > mostBufferedBytes) this.#setBehind(true);
  }

  readonly #sent = (): void => {
    if (this.#isBehind && this.#socket.bufferedAmount < mostBufferedBytes / 2) this.#setBehind(false);
  };

  #setBehind(isBehind: boolean): void {
    this.#isBehind = isBehind;
    clearTimeout(this.#stall);
    const { stallTimeoutMs } = this.#context.options.limits;
    if (isBehind) this.#stall = setTimeout(() => this.#socket.terminate(), stallTimeoutMs);
    for (const sequence of this.#sequences.values()) sequence.setBehind(isBehind);
  }
}
