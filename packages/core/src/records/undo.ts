/**
 * The undo log of a job's row: the elements that a kernel has patched in place, as they were; not empty if a worker died in a
 * kernel. Kernels write and undo it (`assembly/row/row.ts`); here the same for rows that no kernel will see again.
 */
import { JOB_ROW, JOB_UNDO, JOB_UNDO_COUNT, UNDO_CAPACITY, UNDO_ENTRY_BYTES } from "../layout.ts";
import type { RecordViews } from "./views.ts";

/** Most patches that a log holds; beyond them a kernel patches a copy. */
export const undoCapacity: number = UNDO_CAPACITY;
/** Bytes of a log. */
export const undoBytes: number = UNDO_CAPACITY * UNDO_ENTRY_BYTES;

/** Patches of the job's row that are not undone. */
export function undoCount({ i32 }: RecordViews, job: number): number {
  return i32[(job + JOB_UNDO_COUNT) >>> 2]!;
}

/** Sets the bits of a logit of the job's f32 row, as a kernel does: what stood there goes into the log first. */
export function patchRow({ i32 }: RecordViews, job: number, tokenId: number, bits: number): void {
  const count = i32[(job + JOB_UNDO_COUNT) >>> 2]!;
  const entry = ((i32[(job + JOB_UNDO) >>> 2]! >>> 0) + count * UNDO_ENTRY_BYTES) >>> 2;
  const element = (i32[(job + JOB_ROW) >>> 2]! >>> 2) + tokenId;
  i32[entry] = tokenId;
  i32[entry + 1] = i32[element]!;
  i32[(job + JOB_UNDO_COUNT) >>> 2] = count + 1;
  i32[element] = bits;
}

/** Restores the job's row, the last patch first. */
export function undoPatches({ i32 }: RecordViews, job: number): void {
  const count = (job + JOB_UNDO_COUNT) >>> 2;
  const log = i32[(job + JOB_UNDO) >>> 2]! >>> 2;
  const row = i32[(job + JOB_ROW) >>> 2]! >>> 2;
  for (let left = i32[count]!; left > 0; left--) {
    const entry = log + ((left - 1) * UNDO_ENTRY_BYTES) / 4;
    i32[row + i32[entry]!] = i32[entry + 1]!;
  }
  i32[count] = 0;
}
