/**
 * Compiles what outputs are held to before their sequences are opened, one at a time: XGrammar takes the event loop from
 * some milliseconds to seconds for a schema that is new. Those that are known pass.
 */
import type { GenerateRequest, GrammarProvider, GrammarSpec } from "@tokenmill/core";
import { refuse } from "@tokenmill/check";
import { ApiError } from "../errors/apiError.ts";
import { deepestJson, tooDeepAt } from "../http/parseJson.ts";
import type { Client } from "../limits/client.ts";
import type { Quotas } from "../limits/quotas.ts";
import { Turns } from "../limits/turns.ts";

export class GrammarTurns {
  readonly #provider: GrammarProvider;
  readonly #quotas: Quotas;
  readonly #turns: Turns;

  /** @param patienceMs how long a request may wait for its turn */
  constructor(provider: GrammarProvider, quotas: Quotas, patienceMs: number) {
    this.#provider = provider;
    this.#quotas = quotas;
    // Half of the loop is theirs.
    this.#turns = new Turns({ rest: 1, patienceMs });
  }

  /**
   * Resolves when the request can be opened at once; nothing else runs before what follows. Undefined: there is nothing
   * to compile.
   * @param isGone whether nobody waits any more
   * @throws ApiError 429 if too many wait, or it waits too long, and what `GrammarProvider.open` throws
   */
  compiled(client: Client, request: GenerateRequest, isGone: () => boolean): Promise<void> | undefined {
    checkSchemaText(request.jsonSchema);
    const spec = specOf(request);
    return spec && this.#compiled(client, spec, isGone);
  }

  async #compiled(client: Client, spec: GrammarSpec, isGone: () => boolean): Promise<void> {
    const place = this.#quotas.waiting.claim(client, 1);
    try {
      await this.#turns.take(client);
      if (isGone()) throw new ApiError(400, "the client is gone", { code: "client_gone" });
      this.#provider.open(spec).release();
    } finally {
      place.release();
    }
  }
}

/** A schema that is JSON inside JSON is as deep as the body may be. @throws RangeError */
function checkSchemaText(jsonSchema: unknown): void {
  if (typeof jsonSchema !== "string" || tooDeepAt(Buffer.from(jsonSchema)) === undefined) return;
  refuse("jsonSchema", `JSON of at most ${deepestJson} levels`, jsonSchema, false);
}

function specOf({ jsonSchema, grammar, regex }: GenerateRequest): GrammarSpec | undefined {
  if (jsonSchema !== undefined) return { jsonSchema };
  if (grammar !== undefined) return { grammar };
  return regex === undefined ? undefined : { regex };
}
