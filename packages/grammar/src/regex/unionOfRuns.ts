/** r{a,b} t | r{c,d} t = r{min(a,c),max(b,d)} t where the counts overlap or touch: what ambiguous repetitions leave behind. */
import type { Algebra } from "./algebra.ts";
import { endless, kinds } from "./kinds.ts";

interface Run {
  /** The expression that it stands for. */
  readonly expr: number;
  readonly min: number;
  readonly max: number;
}

/** Unites such parts of an alternative. @returns whether anything changed */
export function unionOfRuns(algebra: Algebra, flat: Set<number>): boolean {
  const { nodes } = algebra;
  const runs = new Map<string, { part: number; tail: number; list: Run[] }>();
  for (const expr of flat) {
    const isConcat = nodes.kind(expr) === kinds.concat;
    const head = isConcat ? nodes.a(expr) : expr;
    if (nodes.kind(head) !== kinds.repeat) continue;
    const part = nodes.a(head);
    const tail = isConcat ? nodes.b(expr) : algebra.empty;
    const max = nodes.c(head) === endless ? Number.POSITIVE_INFINITY : nodes.c(head);
    const key = `${part} ${tail}`;
    const found = runs.get(key);
    if (found) found.list.push({ expr, min: nodes.b(head), max });
    else runs.set(key, { part, tail, list: [{ expr, min: nodes.b(head), max }] });
  }
  let isChanged = false;
  for (const { part, tail, list } of runs.values()) {
    if (list.length < 2) continue;
    const sorted = list.toSorted((a, b) => a.min - b.min);
    let min = sorted[0]!.min;
    let max = sorted[0]!.max;
    let united = [sorted[0]!.expr];
    const close = (): void => {
      if (united.length < 2) return;
      isChanged = true;
      for (const expr of united) flat.delete(expr);
      const run = algebra.repeatOf(part, min, max === Number.POSITIVE_INFINITY ? endless : max);
      flat.add(algebra.concat2(run, tail));
    };
    for (const run of sorted.slice(1)) {
      if (run.min <= max + 1) {
        max = Math.max(max, run.max);
        united.push(run.expr);
      } else {
        close();
        [min, max, united] = [run.min, run.max, [run.expr]];
      }
    }
    close();
  }
  return isChanged;
}
