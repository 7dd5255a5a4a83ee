/** Errors of the cluster itself; those of a sequence are `SequenceError`, as in one process. */
import { asRefusal } from "@tokenmill/check";

export type ClusterErrorCode =
  /** NATS cannot be reached, or does not answer. */
  | "cluster_unavailable"
  /** NATS does not let this process in, or this process does not trust NATS. */
  | "cluster_unauthorized"
  /** What another version, model or source has begun under the name. */
  | "cluster_mismatch"
  /** The NATS server does not keep what the cluster builds on. */
  | "nats_too_old"
  /** More than one message holds. */
  | "request_too_large"
  /** The work queue is full. */
  | "cluster_full"
  /** Another process goes on with the batch. */
  | "batch_taken"
  /** A client stopped the stream by its id. */
  | "stream_stopped"
  /** Part of a sequence's log is gone, and it cannot be made again. */
  | "log_truncated";

const statusCodes: Readonly<Record<ClusterErrorCode, number>> = {
  cluster_unavailable: 503,
  cluster_unauthorized: 503,
  cluster_mismatch: 404,
  nats_too_old: 503,
  request_too_large: 413,
  cluster_full: 503,
  batch_taken: 409,
  stream_stopped: 409,
  log_truncated: 500,
};

export class ClusterError extends Error {
  readonly code: ClusterErrorCode;
  /** As an HTTP server answers it. */
  readonly statusCode: number;

  constructor(code: ClusterErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ClusterError";
    this.code = code;
    this.statusCode = statusCodes[code];
  }
}

/** The error of an option that has to be changed: its message begins with the option's name, or with what a caller calls it. */
export function refusedOption(code: ClusterErrorCode, name: string, reason: string, cause?: unknown): ClusterError {
  const wording = (spelled: (name: string) => string): string => `"${spelled(name)}" ${reason}`;
  return asRefusal(new ClusterError(code, wording(String), { cause }), name, wording);
}
