// Sorting a list.
import { digitCounts, listKeys, listWeights } from "../memory/workspace";
import { listCount, listShuffled, listSorted, setShuffled, setSorted } from "./list";
import { restartPivots, sortRange } from "./partition";

/** Lists longer than this are sorted by digits. */
const RADIX_THRESHOLD = 2048;
const DIGIT_BITS = 11;
const DIGITS = 1 << DIGIT_BITS;

/** Sorts the list by descending logit, ties by ascending id. Overwrites the weights. */
export function sortList(): void {
  if (!listSorted) {
    if (listCount > RADIX_THRESHOLD && !listShuffled) sortByDigits();
    else {
      restartPivots();
      sortRange(0, listCount);
    }
  }
  setSorted();
  setShuffled();
}

/** A stable sort by the logits' bits, least digit first: ids are in ascending order already. Three passes between the list
 *  and the weights' memory, and one back. */
function sortByDigits(): void {
  let from = listKeys;
  let to = listWeights;
  for (let pass = 0; pass < 3; pass++) {
    const shift: u64 = 32 + pass * DIGIT_BITS;
    memory.fill(digitCounts, 0, DIGITS * 4);
    const end = from + ((<usize>listCount) << 3);
    for (let p = from; p < end; p += 8) {
      const count = digitCounts + ((<usize>((~load<u64>(p) >> shift) & (DIGITS - 1))) << 2);
      store<i32>(count, load<i32>(count) + 1);
    }
    const first = digitCounts + ((<usize>((~load<u64>(from) >> shift) & (DIGITS - 1))) << 2);
    if (load<i32>(first) == listCount) continue; // all have that digit: widened 16 bits, equals
    let total = 0;
    for (let count = digitCounts; count < digitCounts + DIGITS * 4; count += 4) {
      const n = load<i32>(count);
      store<i32>(count, total);
      total += n;
    }
    for (let p = from; p < end; p += 8) {
      const key = load<u64>(p);
      const count = digitCounts + ((<usize>((~key >> shift) & (DIGITS - 1))) << 2);
      const at = load<i32>(count);
      store<i32>(count, at + 1);
      store<u64>(to + ((<usize>at) << 3), key);
    }
    const swap = from;
    from = to;
    to = swap;
  }
  if (from != listKeys) memory.copy(listKeys, from, (<usize>listCount) << 3);
}
