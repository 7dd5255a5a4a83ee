/** Work on many items at once whose results come in order, with a bounded number of both in memory. */

/**
 * @param most items that are worked on at a time; four times as many results may wait for an earlier one
 * @param work must not reject
 */
export async function* inOrder<Item, Result>(
  items: AsyncIterable<Item>,
  most: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const results: Promise<Result>[] = [];
  const waiting: (() => void)[] = [];
  let free = most;
  const start = async (item: Item): Promise<Result> => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work(item);
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
  for await (const item of items) {
    results.push(start(item));
    if (results.length >= 4 * most) yield await results.shift()!;
  }
  while (results.length > 0) yield await results.shift()!;
}
