/** Options of `joinCluster`, checked. */
import { checkBoolean, checkFunction, checkInteger, checkString, refuse, refuseUnknown } from "@tokenmill/check";
import type { Engine } from "@tokenmill/engine";
import { checkConnection, type ConnectionOptions } from "./connection/connectionOptions.ts";
import { defaultNodeSettings, type NodeSettings } from "./node/nodeSettings.ts";

export interface ClusterOptions extends ConnectionOptions {
  /** Makes the sequences of this process, and checks its clients' requests. */
  engine: Engine;
  /** What tokens follow from besides the request: processes of another identity are refused. */
  identity: string;
  /** The identity in words, for the error of a process that is refused: version, model, source. Absent: the identity itself. */
  description?: string;
  /** Whether rows are the same wherever they are made; absent: true. If not, a token is sent when it is in the log. */
  isBitStable?: boolean;
  /** Copies that NATS keeps of everything, 1 … 5; 3 survive the loss of a server. Absent: the cluster's, 1 of a new one. */
  replicas?: number;
  /** Sequences that this process makes at a time, 0 … 131,072; 0: it is a gateway only. Absent: 256. */
  capacity?: number;
  /** Time after which a silent node's sequences go to others, 300 … 600,000 milliseconds; the same for all of a cluster. Absent: the cluster's, 1200 of a new one. */
  leaseMs?: number;
  /** Time between two batches of a sequence in its log, 10 … 10,000 milliseconds. Absent: 400. */
  flushMs?: number;
  /** Time that a request waits for a node with a free place before it fails with `overloaded`, 1 … 2^31 − 1 milliseconds. Absent: 30,000. */
  queueTimeoutMs?: number;
  /** Time that logs are kept, 60 … 2,592,000 seconds. Absent: 3600. */
  retentionSeconds?: number;
  /** Most bytes of all logs, 2^20 or more; the oldest go first. Absent: 2^30. */
  logBytes?: number;
  /** Called for claims, ends, handovers and connections. Absent: not called. */
  onLog?: (event: string, details: Readonly<Record<string, unknown>>) => void;
}

export interface ClusterSettings {
  readonly name: string;
  readonly replicas: number;
  readonly retentionSeconds: number;
  readonly logBytes: number;
  readonly queueTimeoutMs: number;
  readonly node: NodeSettings;
  /** What was given of that which all processes of a cluster have in common. */
  readonly asked: { readonly replicas: number | undefined; readonly leaseMs: number | undefined };
}

const known: Readonly<Record<keyof ClusterOptions, true>> = {
  servers: true,
  name: true,
  credentials: true,
  ca: true,
  certificate: true,
  key: true,
  engine: true,
  identity: true,
  description: true,
  isBitStable: true,
  replicas: true,
  capacity: true,
  leaseMs: true,
  flushMs: true,
  queueTimeoutMs: true,
  retentionSeconds: true,
  logBytes: true,
  onLog: true,
};

/** @throws TypeError, RangeError */
export function checkClusterOptions(options: ClusterOptions): ClusterSettings {
  if (typeof options !== "object" || options === null) refuse("options", "an object", options, true);
  refuseUnknown(Object.keys(options), Object.keys(known), "cluster option");
  const { replicas = 1, retentionSeconds = 3600, queueTimeoutMs = 30_000, logBytes = 2 ** 30 } = options;
  const name = checkConnection(options);
  for (const field of ["identity", "description"] as const) {
    if (field === "identity" || options[field] !== undefined) checkString(field, options[field]);
  }
  if (options.isBitStable !== undefined) checkBoolean("isBitStable", options.isBitStable);
  if (options.onLog !== undefined) checkFunction("onLog", options.onLog);
  if (typeof options.engine !== "object" || options.engine === null)
    refuse("engine", "an engine", options.engine, true);
  const { capacity, leaseMs, flushMs } = { ...defaultNodeSettings, ...defined(options) };
  return {
    name,
    replicas: checkInteger("replicas", replicas, { min: 1, max: 5 }),
    retentionSeconds: checkInteger("retentionSeconds", retentionSeconds, { min: 60, max: 2_592_000 }),
    logBytes: checkInteger("logBytes", logBytes, { min: 2 ** 20, max: Number.MAX_SAFE_INTEGER }),
    asked: { replicas: options.replicas, leaseMs: options.leaseMs },
    queueTimeoutMs: checkInteger("queueTimeoutMs", queueTimeoutMs, { min: 1, max: 2 ** 31 - 1 }),
    node: {
      ...defaultNodeSettings,
      isBitStable: options.isBitStable ?? true,
      capacity: checkInteger("capacity", capacity, { min: 0, max: 131_072 }),
      leaseMs: checkInteger("leaseMs", leaseMs, { min: 300, max: 600_000 }),
      flushMs: checkInteger("flushMs", flushMs, { min: 10, max: 10_000 }),
    },
  };
}

function defined({ capacity, leaseMs, flushMs }: ClusterOptions): Partial<NodeSettings> {
  return {
    ...(capacity !== undefined && { capacity }),
    ...(leaseMs !== undefined && { leaseMs }),
    ...(flushMs !== undefined && { flushMs }),
  };
}
