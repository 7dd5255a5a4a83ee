/** What all of batches works with. */
import type { PartsContext } from "./parts.ts";

export interface BatchContext extends PartsContext {
  /** This process's name in the cluster. */
  readonly id: string;
  /** Requests that all nodes make at a time, and how many nodes there are. */
  readonly places: () => Promise<{ readonly nodes: number; readonly places: number }>;
}
