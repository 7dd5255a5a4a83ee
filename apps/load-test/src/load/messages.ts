/** What the main process and load processes tell each other. */
import type { LoadProcessOptions, LoadResult, Progress } from "./loadProcess.ts";

export type ToChild =
  | { readonly type: "open"; readonly options: LoadProcessOptions }
  | { readonly type: "start"; readonly startNs: bigint };

export type FromChild =
  | {
      readonly type: "ready";
      readonly facts: Readonly<Record<string, unknown>>;
      readonly bytesPerToken: number | undefined;
      readonly pids: readonly number[];
    }
  | { readonly type: "progress"; readonly progress: Progress }
  | { readonly type: "result"; readonly result: LoadResult }
  | { readonly type: "failed"; readonly message: string; readonly isUsage: boolean };
