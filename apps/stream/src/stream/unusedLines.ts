/** What each line of the input asks for without effect, as a line on stderr. */
import type { TokenEvent } from "@tokenmill/core";
import { unusedParams, unusedText } from "@tokenmill/core/internal";
import type { RunObserver } from "./runObserver.ts";
import type { RunningSequence } from "./runningSequence.ts";

export class UnusedLines implements RunObserver {
  readonly #print: (line: string) => void;
  readonly #told: ReadonlySet<string>;

  /** @param told what the flags ask for in vain, which has been said */
  constructor(print: (line: string) => void, told: readonly string[]) {
    this.#print = print;
    this.#told = new Set(told);
  }

  /** At the first token: the engine has checked the request. */
  event({ item, tokenCount }: RunningSequence, _event: TokenEvent): undefined {
    const { line, copy, request } = item;
    if (tokenCount > 1 || line === undefined || copy > 0) return;
    const unused = unusedParams(request).filter((name) => !this.#told.has(name));
    if (unused.length > 0) this.#print(`tokenmill: line ${line}: without effect: ${unusedText(unused, request)}`);
  }
}
