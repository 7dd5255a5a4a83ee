/** `--format text`: one line per sequence when it ends, `[id] prompt → text (why it ended)`. */
import { oneLine } from "@tokenmill/check";
import type { TokenEvent } from "@tokenmill/core";
import { head } from "./cutText.ts";
import type { RunObserver } from "./runObserver.ts";
import type { RunningSequence } from "./runningSequence.ts";

const longestPrompt = 60;

export class TextOutput implements RunObserver {
  readonly #print: (line: string) => Promise<void> | undefined;
  readonly #show: number;

  /** @param show how many copies of each prompt are shown */
  constructor(print: (line: string) => Promise<void> | undefined, show: number) {
    this.#print = print;
    this.#show = show;
  }

  event(sequence: RunningSequence, { finishReason, stopReason }: TokenEvent): Promise<void> | undefined {
    if (finishReason === undefined || sequence.item.copy >= this.#show) return undefined;
    const why = typeof stopReason === "string" ? `${finishReason} ${JSON.stringify(stopReason)}` : finishReason;
    return this.#print(`${sequenceLine(sequence)} (${why})`);
  }

  cancelled(sequence: RunningSequence): void {
    if (sequence.tokenCount > 0 && sequence.item.copy < this.#show)
      void this.#print(`${sequenceLine(sequence)} (interrupted)`);
  }
}

/** `[id] prompt → text`. */
export function sequenceLine(sequence: RunningSequence): string {
  const { prompt } = sequence.item.request;
  return `[${sequence.item.sequenceId}] ${promptText(prompt)}→ ${oneLine(sequence.text).trimStart()}`;
}

function promptText(prompt: string | readonly number[] | undefined): string {
  if (prompt === undefined || prompt.length === 0) return "";
  if (typeof prompt === "string") return `${head(oneLine(prompt), longestPrompt)} `;
  return `(${prompt.length} token ids) `;
}
