/** What a running sequence works with. */
import type { SequenceLog } from "../log/sequenceLog.ts";
import type { Peers } from "../peers/peers.ts";
import type { NodeSettings } from "./nodeSettings.ts";

/** How a sequence left its node. */
export type Departure = "ended" | "cancelled" | "fenced" | "handedOver";

/** What is reported of a sequence that left. */
export interface Departed {
  readonly name: string;
  readonly epoch: number;
  readonly position: number;
}

export interface RunningContext {
  readonly log: SequenceLog;
  readonly peers: Peers;
  readonly settings: NodeSettings;
  /** Whether NATS can be reached. */
  readonly isConnected: () => boolean;
  /** Whether claims are checked; a test that looks for doubled tokens plants that they are not. */
  readonly checksClaims: boolean;
  readonly onGone: (sequence: Departed, departure: Departure) => void;
}
