/** Keys and values of all slots, and the steps that append to them. */
import type { StepItem } from "@tokenmill/contracts";

export interface KvCache {
  /** Computes the items and writes their rows; where it fails the slots are left as they were. */
  step(items: readonly StepItem[]): Promise<void>;
  truncate(slot: number, length: number): void;
  /** `to` is empty. */
  fork(from: number, to: number, length: number): void;
}
