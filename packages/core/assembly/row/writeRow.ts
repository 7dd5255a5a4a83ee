// What is left, as a row of its own.
import { blank } from "../blocks/closedBlocks";
import { keyLogit, keyTokenId } from "../list/keys";
import { keyAt, listCount } from "../list/list";
import { paddedLength } from "../memory/workspace";
import { toFinite } from "../numbers/floats";
import { beta, listAll } from "./row";

/** Writes what is left as a row, with the temperatures so far applied to its logits. target: f32[padded], not the row. */
export function writeRow(target: usize): void {
  listAll();
  writeList(target);
}

function writeList(target: usize): void {
  blank(target, target + ((<usize>paddedLength) << 2));
  for (let i = 0; i < listCount; i++) {
    const key = keyAt(i);
    store<f32>(target + ((<usize>keyTokenId(key)) << 2), toFinite(<f64>keyLogit(key) * beta));
  }
}
