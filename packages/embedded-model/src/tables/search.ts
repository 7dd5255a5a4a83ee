/** Index of `id` in `ids[from … to)`, ascending and without repeats; −1 if it is not there. */
export function findId(ids: Int32Array, id: number, from: number, to: number): number {
  while (from < to) {
    const middle = (from + to) >>> 1;
    const value = ids[middle]!;
    if (value === id) return middle;
    if (value < id) from = middle + 1;
    else to = middle;
  }
  return -1;
}
