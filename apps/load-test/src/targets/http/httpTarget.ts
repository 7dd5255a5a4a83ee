/** An OpenAI-compatible server: completions or chat, streaming or not. */
import { messageOf } from "@tokenmill/check";
import type { IncomingMessage } from "node:http";
import type { PlannedRequest } from "../../schedule/planRequests.ts";
import type { HttpTargetSpec } from "../../scenario/scenario.ts";
import type { Call, Sent, Target } from "../target/target.ts";
import { Connection, readText } from "./connection.ts";
import { CompletionReader } from "./completionReader.ts";
import { OneEnd } from "./oneEnd.ts";
import { promptText } from "./promptText.ts";

export class HttpTarget implements Target {
  readonly bytesPerToken = undefined;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly pids: readonly number[];
  readonly #spec: HttpTargetSpec;
  readonly #connection: Connection;
  readonly #model: string | undefined;
  readonly #seed: number;

  private constructor(spec: HttpTargetSpec, connection: Connection, model: string | undefined, seed: number) {
    this.#spec = spec;
    this.#connection = connection;
    this.#model = model;
    this.#seed = seed;
    this.pids = spec.pid === undefined ? [] : [spec.pid];
    this.facts = { url: spec.url, model: model ?? null };
  }

  static async open(spec: HttpTargetSpec, seed: number): Promise<HttpTarget> {
    const connection = new Connection(spec);
    return new HttpTarget(spec, connection, spec.model ?? (await firstModel(connection)), seed);
  }

  send(request: PlannedRequest, call: Call): Sent {
    const { api, stream } = this.#spec;
    const answer = new OneEnd();
    const reader = new CompletionReader(call, answer);
    const posted = this.#connection.post(
      api === "chat" ? "chat/completions" : "completions",
      "application/json",
      this.#body(request),
      {
        onError: (kind, message) => answer.end(() => call.fail(kind, message)),
        onResponse: (response) => {
          if (response.statusCode !== 200) return failWith(response, call, answer);
          if (stream) reader.readStream(response, request.readDelayMs);
          else reader.readWhole(response);
        },
      },
    );
    return {
      cancel: () => {
        answer.end(() => posted.destroy());
      },
    };
  }

  close(): Promise<void> {
    this.#connection.close();
    return Promise.resolve();
  }

  #body({ index, prompt, promptTokens, maxTokens, params }: PlannedRequest): string {
    const { api, stream, includeUsage, body } = this.#spec;
    const text = prompt ?? promptText(this.#seed, index, promptTokens);
    return JSON.stringify({
      ...(this.#model !== undefined && { model: this.#model }),
      ...(api === "chat" ? { messages: [{ role: "user", content: text }] } : { prompt: text }),
      max_tokens: maxTokens,
      stream,
      ...(stream && includeUsage && { stream_options: { include_usage: true } }),
      ...body,
      ...params,
    });
  }
}

function failWith(response: IncomingMessage, call: Call, answer: OneEnd): void {
  const kind = `http_${response.statusCode}`;
  readText(response, 1000).then(
    (text) => answer.end(() => call.fail(kind, text)),
    (error: unknown) => answer.end(() => call.fail(kind, messageOf(error))),
  );
}

async function firstModel(connection: Connection): Promise<string | undefined> {
  const models = (await connection.getJson("models")) as { data?: { id?: unknown }[] } | undefined;
  const id = models?.data?.[0]?.id;
  return typeof id === "string" ? id : undefined;
}
