/** One WebSocket connection that carries many token streams (`/v1/stream`). */
import { refuse } from "@tokenmill/check";
import { type GenerateRequest, seedBits } from "@tokenmill/core";
import { unusedParams } from "@tokenmill/core/internal";
import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { ServeContext } from "../context/context.ts";
import { toApiError } from "../errors/toApiError.ts";
import { fitPrompt } from "../prompts/fitPrompt.ts";
import type { Client } from "../limits/client.ts";
import { checkClientMessage, type ClientMessage, idOf } from "./clientMessage.ts";
import { CreditedSequence } from "./creditedSequence.ts";
import type { Claim } from "../limits/shares.ts";
import { Inbox, type InboxMessage } from "./inbox.ts";
import { wireCodec } from "./wireCodec.ts";

/** Bytes that may wait for a connection before its sequences pause; they go on when half are gone. */
const mostBufferedBytes = 64 * 1024;
const defaultMaxTokens = 256;

/** Serves the connection until it closes; then everything of it is cancelled. */
export function serveStream(context: ServeContext, socket: WebSocket, client: Client, connection: Duplex): void {
  const session = new StreamSession(context, socket, client, connection);
  socket.on("close", () => session.close());
}

class StreamSession {
  readonly #context: ServeContext;
  readonly #socket: WebSocket;
  readonly #client: Client;
  readonly #codec;
  readonly #sequences: Map<string, CreditedSequence> = new Map();
  /** Memory of the messages that opened them. */
  readonly #claims: Map<string, Claim> = new Map();
  readonly #inbox: Inbox;
  readonly #unread: Claim;
  #isBehind = false;

  constructor(context: ServeContext, socket: WebSocket, client: Client, connection: Duplex) {
    this.#context = context;
    this.#client = client;
    this.#socket = socket;
    this.#unread = context.quotas.unreadBytes.claim(client, 0);
    this.#codec = wireCodec(socket.protocol);
    const handle = (message: InboxMessage): void => this.#message(message);
    this.#inbox = new Inbox({ context, client, socket, connection, handle });
  }

  close(): void {
    this.#unread.release();
    for (const sequence of this.#sequences.values()) sequence.cancel();
    this.#sequences.clear();
    for (const claim of this.#claims.values()) claim.release();
    this.#claims.clear();
  }

  #message(message: InboxMessage): void {
    let value: unknown;
    try {
      value = this.#codec.decode(message.data, message.isBinary);
      this.#handle(checkClientMessage(value), message);
    } catch (error) {
      this.#fail(idOf(value), error);
    }
  }

  #handle(message: ClientMessage, received: InboxMessage): void {
    const { type, id } = message;
    const sequence = this.#sequences.get(id);
    switch (type) {
      case "open":
        if (sequence) refuse("id", "one that is not open on this connection", id, false);
        this.#open(message, received);
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
        this.#forget(id);
        sequence?.cancel();
        this.#send({ type: "cancelled", id });
        return;
      default:
        message satisfies never;
    }
  }

  #open({ id, request, credits }: ClientMessage & { type: "open" }, received: InboxMessage): void {
    const { sequences, lifecycle, engine, grammars } = this.#context;
    lifecycle.checkServing();
    const fitting = this.#fitting(request);
    const gone = new AbortController();
    const credited = new CreditedSequence({
      credits,
      send: (event) => this.#send({ type: "event", id, event }),
      onError: (error) => {
        this.#forget(id);
        this.#fail(id, error);
      },
      onEnd: () => this.#forget(id),
      onCancel: () => gone.abort(),
    });
    const begin = (): void => {
      const sequence = sequences.open(this.#client, { ...request, ...fitting }, credited);
      const unused = unusedParams(request);
      this.#send({
        type: "opened",
        id,
        sequenceId: sequence.sequenceId,
        seed: seedBits(request.seed) ?? engine.seed,
        ...(unused.length > 0 && { unusedParams: unused }),
      });
      credited.start(sequence);
      if (this.#isBehind) credited.setBehind(true);
    };
    const isGone = (): boolean => this.#sequences.get(id) !== credited;
    // What the client says of it while its grammar is queued applies from its beginning.
    this.#sequences.set(id, credited);
    this.#claims.set(id, received.claim);
    received.isKept = true;
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
      this.#forget(id);
      throw error;
    }
  }

  /** Prompt and length within the context; nothing for what the engine is to refuse. */
  #fitting({ prompt = [], maxTokens, parseSpecial: special = true }: GenerateRequest): GenerateRequest {
    const isKnownForm = typeof prompt === "string" || Array.isArray(prompt);
    const isKnownLength = maxTokens === undefined || Number.isInteger(maxTokens);
    if (!isKnownForm || !isKnownLength || typeof special !== "boolean") return {};
    const fitting = fitPrompt(this.#context, prompt, { maxTokens, defaultMaxTokens, special });
    return { prompt: fitting.ids, maxTokens: fitting.maxTokens };
  }

  #forget(id: string): void {
    this.#sequences.delete(id);
    this.#claims.get(id)?.release();
    this.#claims.delete(id);
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
    if (socket.bufferedAmount <= mostBufferedBytes) return;
    try {
      this.#unread.resize(socket.bufferedAmount);
    } catch {
      // Its client has as much unread as it may have.
      socket.terminate();
    }
    if (!this.#isBehind) this.#setBehind(true);
  }

  readonly #sent = (): void => {
    if (this.#isBehind && this.#socket.bufferedAmount < mostBufferedBytes / 2) this.#setBehind(false);
  };

  #setBehind(isBehind: boolean): void {
    this.#isBehind = isBehind;
    // Its messages would be answered too.
    if (isBehind) this.#inbox.pause();
    else {
      this.#inbox.resume();
      this.#unread.resize(0);
    }
    for (const sequence of this.#sequences.values()) sequence.setBehind(isBehind);
  }
}
