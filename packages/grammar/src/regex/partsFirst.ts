/** Visits what an expression is made of before itself: expressions are nested deeper than calls can be. */

/** @param partsOf those parts that are still to be visited @param visit may be called again for one that was visited */
export function partsFirst(
  expr: number,
  partsOf: (expr: number) => readonly number[],
  visit: (expr: number) => void,
): void {
  const entered = new Set<number>();
  const stack = [expr];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    if (!entered.has(top)) {
      entered.add(top);
      for (const part of partsOf(top)) if (!entered.has(part)) stack.push(part);
      if (stack.at(-1) !== top) continue;
    }
    stack.pop();
    visit(top);
  }
}
