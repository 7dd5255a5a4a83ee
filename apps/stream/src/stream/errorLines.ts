/** Every failure as a line on stderr. */
import { errorLine } from "./errorEvent.ts";
import type { RequestItem } from "./requestItem.ts";
import type { RunObserver } from "./runObserver.ts";

export class ErrorLines implements RunObserver {
  readonly #print: (line: string) => void;

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  failed(item: RequestItem, error: unknown): undefined {
    this.#print(errorLine(item, error));
  }
}
