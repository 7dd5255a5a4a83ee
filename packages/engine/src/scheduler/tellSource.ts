/** What a batch source hears of a sequence besides its rows. */
import { callForeign } from "@tokenmill/check";
import type { LogitsSource } from "@tokenmill/core";
import type { Sequence } from "./sequence.ts";

export function tellSource(source: LogitsSource, hook: "cancelRow" | "closeSequence", sequence: Sequence): void {
  if (source.kind === "batch") callForeign(() => source[hook]?.(sequence.sequenceIdBits));
}
