/** Pairs of numbers, alternately: rows with lexemes or states. */

/** In rising order, each once. */
export function inOrder(pairs: readonly number[]): readonly number[] {
  if (pairs.length === 4) return twoInOrder(pairs);
  const list = Array.from({ length: pairs.length / 2 }, (_, i) => [pairs[i * 2]!, pairs[i * 2 + 1]!] as const);
  list.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  return list.flatMap(([first, second], i) => {
    const before = list[i - 1];
    return before && before[0] === first && before[1] === second ? [] : [first, second];
  });
}

/** Most are no more. */
function twoInOrder(pairs: readonly number[]): readonly number[] {
  const [a, b, c, d] = pairs as readonly [number, number, number, number];
  if (a === c && b === d) return [a, b];
  return a < c || (a === c && b < d) ? pairs : [c, d, a, b];
}
