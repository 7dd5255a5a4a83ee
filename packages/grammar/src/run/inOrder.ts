/** Pairs of numbers, alternately: rows with lexemes or states. */

/** In rising order, each once. */
export function inOrder(pairs: readonly number[]): readonly number[] {
  if (pairs.length === 4) return twoInOrder(pairs);
  const places: number[] = [];
  for (let i = 0; i < pairs.length; i += 2) places.push(i);
  places.sort((a, b) => pairs[a]! - pairs[b]! || pairs[a + 1]! - pairs[b + 1]!);
  const result: number[] = [];
  for (const at of places) {
    const [first, second] = [pairs[at]!, pairs[at + 1]!];
    if (result.at(-2) !== first || result.at(-1) !== second) result.push(first, second);
  }
  return result;
}

/** Most are no more. */
function twoInOrder(pairs: readonly number[]): readonly number[] {
  const [a, b, c, d] = pairs as readonly [number, number, number, number];
  if (a === c && b === d) return [a, b];
  return a < c || (a === c && b < d) ? pairs : [c, d, a, b];
}
