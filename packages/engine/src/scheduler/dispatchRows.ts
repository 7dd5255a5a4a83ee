/** Assigns free slots to the next sequences of the ready queue. */
import type { SamplerPool } from "@tokenmill/worker-pool";
import type { Sequence } from "./sequence.ts";
import type { ReadyQueue } from "./readyQueue.ts";

/** The slots and sequences of the next rows, as many as there are or at most that many; the sequences are active then. */
export function* dispatchRows(
  pool: SamplerPool,
  ready: ReadyQueue,
  most: number,
): Generator<readonly [slot: number, sequence: Sequence]> {
  for (let count = 0; count < most && ready.length > 0; count++) {
    const slot = pool.acquire();
    if (slot < 0) return;
    const sequence = ready.next();
    if (!sequence) {
      pool.release(slot);
      return;
    }
    sequence.phase = "active";
    yield [slot, sequence];
  }
}
