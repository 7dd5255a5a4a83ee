/** What a kernel does first on a row that a dead worker had patched, for rows that no kernel will see again. */
import { JOB_BYTES, JOB_UNDO_COUNT, UNDO_ENTRY_BYTES } from "@tokenmill/core/internal";
import type { Slab } from "./slab.ts";

/** Restores the slot's row from its undo log, the last patch first. */
export function takeBackPatches(words: Int32Array, slab: Slab, slot: number): void {
  const count = (slab.jobs + slot * JOB_BYTES + JOB_UNDO_COUNT) >> 2;
  const log = (slab.undo + slot * slab.undoBytes) / 4;
  const row = (slab.rows + slot * slab.rowBytes) / 4;
  for (let left = words[count]!; left > 0; left--) {
    const entry = log + ((left - 1) * UNDO_ENTRY_BYTES) / 4;
    words[row + words[entry]!] = words[entry + 1]!;
  }
  words[count] = 0;
}
