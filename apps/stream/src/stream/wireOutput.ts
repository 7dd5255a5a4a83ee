/** `--format ndjson`, `msgpack` and `sse`: every token event, errors as events too. */
import type { TokenEvent } from "@tokenmill/core";
import type { EncodeEvent } from "../sinks/encoder.ts";
import { errorEvent } from "./errorEvent.ts";
import type { RequestItem } from "./requestItem.ts";
import type { RunObserver } from "./runObserver.ts";

export class WireOutput implements RunObserver {
  readonly #write: (chunk: string | Uint8Array) => Promise<void> | undefined;
  readonly #encode: EncodeEvent;

  constructor(write: (chunk: string | Uint8Array) => Promise<void> | undefined, encode: EncodeEvent) {
    this.#write = write;
    this.#encode = encode;
  }

  event(_sequence: unknown, event: TokenEvent): Promise<void> | undefined {
    return this.#write(this.#encode(event));
  }

  failed(item: RequestItem, error: unknown): Promise<void> | undefined {
    return this.#write(this.#encode(errorEvent(item, error)));
  }
}
