/**
 * Compiles the grammars of outputs, and what ends them, before their sequences are opened: what is bad is refused before an
 * answer begins.
 * It runs in threads of its own, round robin over clients, and does not delay the streams that are open.
 */
import { refuse } from "@tokenmill/check";
import {
  type GenerateRequest,
  type GrammarForm,
  grammarForms,
  type GrammarProvider,
  type GrammarSpec,
} from "@tokenmill/core";
import { requestPatterns } from "@tokenmill/engine";
import { ApiError } from "../errors/apiError.ts";
import { deepestJson, tooDeepAt } from "../bodies/parseJson.ts";
import type { Client } from "../limits/client.ts";
import type { Quotas } from "../limits/quotas.ts";

/** Releases the grammar: its sequences have opened it, or do not need it. */
export type Release = () => void;

interface Wanted {
  readonly spec: GrammarSpec | undefined;
  readonly lists: ReturnType<typeof requestPatterns>;
}

export class Grammars {
  readonly #provider: GrammarProvider;
  readonly #quotas: Quotas;
  readonly #timeoutMs: number;

  /** @param timeoutMs longest time that a request may wait for its grammar */
  constructor(provider: GrammarProvider, quotas: Quotas, timeoutMs: number) {
    this.#provider = provider;
    this.#quotas = quotas;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Resolves when the request can be opened at once. Undefined: there is nothing to compile.
   * @param gone aborted when the client has left
   * @throws ApiError 429 if too many wait, or it waits too long, and what `GrammarProvider.compile` throws
   */
  compiled(client: Client, request: GenerateRequest, gone: AbortSignal): Promise<Release> | undefined {
    const form = grammarForms.find((name) => request[name] !== undefined);
    if (form) checkDepth(form, request[form]);
    const spec = form && ({ [form]: request[form] } as unknown as GrammarSpec);
    const { stop, stopRegex, bannedRegex, bannedRegexIgnoreCase } = request;
    const lists = requestPatterns({ stop, stopRegex, bannedRegex, bannedRegexIgnoreCase });
    return spec || lists.length > 0 ? this.#compiled(client, { spec, lists }, gone) : undefined;
  }

  async #compiled(client: Client, { spec, lists }: Wanted, gone: AbortSignal): Promise<Release> {
    const place = this.#quotas.waiting.claim(client, 1);
    const late = AbortSignal.timeout(this.#timeoutMs);
    try {
      const signal = AbortSignal.any([gone, late]);
      const options = { owner: client.peer, signal };
      for (const { param, patterns } of lists) await this.#provider.compileSearch?.(patterns, { ...options, param });
      const compiled = spec && (await this.#provider.compile(spec, options));
      return () => compiled?.release();
    } catch (error) {
      if (gone.aborted) throw new ApiError(400, "the client is gone", { code: "client_gone", cause: error });
      if (!late.aborted) throw error;
      const message = `the server did not come to this request within ${this.#timeoutMs} ms: try again later`;
      throw new ApiError(429, message, { code: "queue_timeout", retryAfterSeconds: 1, cause: error });
    } finally {
      place.release();
    }
  }
}

/** JSON inside JSON is as deep as the body may be. @throws RangeError */
function checkDepth(form: GrammarForm, value: unknown): void {
  const isJson = form === "jsonSchema" || form === "structuralTag";
  if (!isJson || typeof value !== "string" || tooDeepAt(Buffer.from(value)) === undefined) return;
  refuse(form, `JSON of at most ${deepestJson} levels`, value, false);
}
