/** What a batch source hears of a sequence besides its rows. */
import type { LogitsSource } from "@tokenmill/core";
import { callForeign } from "./callForeign.ts";
import type { Sequence } from "./sequence.ts";

export function tellSource(source: LogitsSource, hook: "cancelRow" | "closeSequence", sequence: Sequence): void {
  if (source.kind === "batch") callForeign(() => source[hook]?.(sequence.sequenceIdBits));
}
