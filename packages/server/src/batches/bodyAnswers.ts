/** Requests of the API, answered in this process without a connection: the text of what a client would get. */
import { setTimeout as sleep } from "node:timers/promises";
import { Ajv, type ValidateFunction } from "ajv";
import { jsonPieces } from "../answers/jsonPieces.ts";
import { parseJson, exactNames } from "../bodies/parseJson.ts";
import { dropUnsupported } from "../bodies/unsupported.ts";
import { validation } from "../bodies/validation.ts";
import { withoutNulls } from "../bodies/withoutNulls.ts";
import type { ServeContext } from "../context/context.ts";
import { type ClientName, toApiError } from "../errors/toApiError.ts";
import { answerWhole } from "../generation/answerWhole.ts";
import { type EndpointPath, endpoints } from "../generation/endpoints.ts";
import type { Client } from "../limits/client.ts";
import { Quotas } from "../limits/quotas.ts";
import { OpenSequences } from "../sequences/openSequences.ts";

export interface BodyRequest {
  readonly path: EndpointPath;
  /** JSON text. */
  readonly body: string;
  /** What the answer's id ends with. */
  readonly id: string;
  /** Time that the answer says it was made. */
  readonly createdSeconds: number;
}

export interface BodyAnswer {
  readonly status: number;
  /** JSON text. */
  readonly body: string;
}

/** How a body is held against its schema. */
interface Check {
  /** Fields whose integers may have 64 bits. */
  readonly exact: readonly string[];
  readonly validate: ValidateFunction;
}

const firstPauseMs = 50;
const longestPauseMs = 2000;
const client: Client = { peer: "batch", connection: {} };

export class BodyAnswers {
  readonly #context: ServeContext;
  /** Made by the first request of each path: it takes some 100 ms. */
  readonly #checks: Map<EndpointPath, Check> = new Map();

  /** Its memory is counted beside that of clients, and its sequences are made here, whoever makes theirs. */
  constructor(context: ServeContext) {
    const { engine, options, metrics } = context;
    const { limits } = options;
    const quotas = new Quotas({ ...limits, peerSharePercent: 100, connectionSharePercent: 100 }, metrics);
    const sequences = new OpenSequences(engine, undefined, quotas, limits.pauseTimeoutMs, metrics);
    this.#context = { ...context, host: undefined, quotas, sequences };
  }

  /** Where the server is full it is asked again, later. @throws what the signal says */
  async answer(request: BodyRequest, signal: AbortSignal): Promise<BodyAnswer> {
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      const answer = await this.#answerOnce(request, signal);
      if (answer.status !== 429 && answer.status !== 503) return answer;
      await sleep(pauseMs, undefined, { signal });
    }
  }

  async #answerOnce({ path, body, id, createdSeconds }: BodyRequest, signal: AbortSignal): Promise<BodyAnswer> {
    const context = this.#context;
    const { schema, idPrefix, makeJob } = endpoints[path];
    const ends: (() => void)[] = [];
    const onAbort = (): void => {
      for (const end of ends) end();
    };
    signal.addEventListener("abort", onAbort, { once: true });
    let clientName: ClientName | undefined;
    try {
      const { exact, validate } = this.#checkOf(path);
      const given = withoutNulls(parseJson(Buffer.from(body), "the body", exact), schema);
      dropUnsupported(given, schema);
      if (!validate(given)) throw Object.assign(new Error("the body"), { validation: validate.errors });
      const job = makeJob(context, given, `${idPrefix}-${id}`);
      clientName = job.clientName;
      const release = await context.grammars?.compiled(client, job.sequences[0]!.request, signal);
      try {
        const answer = await answerWhole(context, job, client, (act) => ends.push(act));
        signal.throwIfAborted();
        const text = [...jsonPieces({ ...(answer as object), created: createdSeconds })].join("");
        return { status: 200, body: text };
      } finally {
        release?.();
      }
    } catch (error) {
      signal.throwIfAborted();
      const apiError = toApiError(error, clientName);
      if (apiError.status === 500) context.log.error({ err: apiError.cause ?? error }, "request of a batch failed");
      return { status: apiError.status, body: JSON.stringify(apiError.body) };
    } finally {
      signal.removeEventListener("abort", onAbort);
      onAbort();
    }
  }

  #checkOf(path: EndpointPath): Check {
    let check = this.#checks.get(path);
    if (!check) {
      const { schema } = endpoints[path];
      check = { exact: exactNames(schema), validate: new Ajv(validation).compile(schema) };
      this.#checks.set(path, check);
    }
    return check;
  }
}
