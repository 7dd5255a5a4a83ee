/** A batch as OpenAI's API shows it, and as it is kept. */
import type { StoredFile } from "../files/fileStore.ts";

export type BatchStatus =
  | "validating"
  | "failed"
  | "in_progress"
  | "finalizing"
  | "completed"
  | "expired"
  | "cancelling"
  | "cancelled";

interface BatchFault {
  readonly code: string;
  readonly message: string;
  readonly param: string | null;
  readonly line: number | null;
}

/** Times in seconds since 1970. */
export interface BatchRecord {
  readonly id: string;
  readonly endpoint: string;
  readonly input_file_id: string;
  readonly completion_window: "24h";
  status: BatchStatus;
  output_file_id: StoredFile["id"] | null;
  error_file_id: StoredFile["id"] | null;
  errors: { readonly object: "list"; readonly data: readonly BatchFault[] } | null;
  readonly created_at: number;
  readonly expires_at: number;
  in_progress_at: number | null;
  finalizing_at: number | null;
  completed_at: number | null;
  failed_at: number | null;
  expired_at: number | null;
  cancelling_at: number | null;
  cancelled_at: number | null;
  readonly request_counts: { total: number; completed: number; failed: number };
  readonly metadata: Readonly<Record<string, string>> | null;
  /** Digest of the API key that it belongs to. */
  readonly owner: string;
  /** Of requests without one. */
  readonly seed: string;
}

/** As clients see it. */
export function shownBatch({ owner: _owner, seed: _seed, ...batch }: BatchRecord): object {
  return { ...batch, object: "batch" };
}

export function hasEnded({ status }: BatchRecord): boolean {
  return status === "completed" || status === "failed" || status === "expired" || status === "cancelled";
}

export const nowSeconds = (): number => Math.floor(Date.now() / 1000);
