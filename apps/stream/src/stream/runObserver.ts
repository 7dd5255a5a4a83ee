/** What wants to know of a run: outputs, the summary, the live view. All methods are optional. */
import type { TokenEvent } from "@tokenmill/core";
import type { RequestItem } from "./requestItem.ts";
import type { RunningSequence } from "./runningSequence.ts";

export interface RunObserver {
  opened?(sequence: RunningSequence): void;
  /** The next event of this sequence waits for the promise. `sequence` includes the event; its times do not yet. */
  event?(sequence: RunningSequence, event: TokenEvent, nowMs: number): Promise<void> | undefined;
  /** The sequence failed, or (no `sequence`) was never opened. */
  failed?(item: RequestItem, error: unknown, sequence: RunningSequence | undefined): Promise<void> | undefined;
  /** The run was stopped before the sequence's end. */
  cancelled?(sequence: RunningSequence): void;
}
