/** Work on many items at once whose results come in order, with a bounded number of both in memory. */
import { setMaxListeners } from "node:events";

/**
 * @param most items that are worked on at a time; four times as many results may wait for an earlier one
 * @param work must not reject; its signal is aborted with the other one, and when nobody takes results any more
 */
export async function* inOrder<Item, Result>(
  items: AsyncIterable<Item>,
  most: number,
  signal: AbortSignal,
  work: (item: Item, signal: AbortSignal) => Promise<Result>,
): AsyncGenerator<Result> {
  const left = new AbortController();
  const either = AbortSignal.any([signal, left.signal]);
  // Each item that is worked on listens to it.
  setMaxListeners(0, either);
  const results: Promise<Result>[] = [];
  const waiting: (() => void)[] = [];
  let free = most;
  const start = async (item: Item): Promise<Result> => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work(item, either);
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
  try {
    for await (const item of items) {
      results.push(start(item));
      if (results.length >= 4 * most) yield await results.shift()!;
    }
    while (results.length > 0) yield await results.shift()!;
  } finally {
    left.abort(new Error("nobody takes the results any more"));
  }
}
