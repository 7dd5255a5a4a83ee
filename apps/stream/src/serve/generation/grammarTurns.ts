/**
 * Compiles what outputs are held to before their sequences are opened, one at a time: XGrammar takes the event loop from
 * some milliseconds to seconds for a schema that is new. Those that are known pass.
 */
import type { GenerateRequest, GrammarProvider, GrammarSpec } from "@tokenmill/core";
import { ApiError } from "../errors/apiError.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { Turns } from "../turns.ts";

const mostWaiting = 1024;

export class GrammarTurns {
  readonly #provider: GrammarProvider;
  readonly #metrics: Metrics;
  /** Half of the loop is theirs. */
  readonly #turns = new Turns(1);

  constructor(provider: GrammarProvider, metrics: Metrics) {
    this.#provider = provider;
    this.#metrics = metrics;
  }

  /**
   * Resolves when the request can be opened at once; nothing else runs before what follows. Undefined: there is nothing
   * to compile.
   * @param isGone whether nobody waits any more
   * @throws ApiError 429 if too many wait, and what `GrammarProvider.open` throws
   */
  compiled(request: GenerateRequest, isGone: () => boolean): Promise<void> | undefined {
    const spec = specOf(request);
    if (!spec) return undefined;
    if (this.#turns.length >= mostWaiting) {
      this.#metrics.rejected();
      const message = "as many requests as may wait for their grammar to be compiled do so: try again later";
      throw new ApiError(429, message, { code: "queue_full", retryAfterSeconds: 1 });
    }
    return new Promise((resolve, reject) => {
      this.#turns.take(() => {
        try {
          if (isGone()) throw new ApiError(400, "the client is gone", { code: "client_gone" });
          this.#provider.open(spec).release();
          resolve();
        } catch (error) {
          reject(error);
        }
      });
    });
  }
}

function specOf({ jsonSchema, grammar, regex }: GenerateRequest): GrammarSpec | undefined {
  if (jsonSchema !== undefined) return { jsonSchema };
  if (grammar !== undefined) return { grammar };
  return regex === undefined ? undefined : { regex };
}
