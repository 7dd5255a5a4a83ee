/** Gives free slots to the sequences whose turn it is. */
import type { SamplerPool } from "@tokenmill/worker-pool";
import type { Sequence } from "./sequence.ts";
import type { Turns } from "./turns.ts";

/** The slots and sequences of the next rows, as many as there are or at most that many; the sequences are active then. */
export function* takeRows(
  pool: SamplerPool,
  turns: Turns,
  most: number,
): Generator<readonly [slot: number, sequence: Sequence]> {
  for (let count = 0; count < most && turns.length > 0; count++) {
    const slot = pool.acquire();
    if (slot < 0) return;
    const sequence = turns.next();
    if (!sequence) {
      pool.release(slot);
      return;
    }
    sequence.phase = "active";
    yield [slot, sequence];
  }
}
