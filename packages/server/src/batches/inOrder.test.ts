import { expect, it } from "vitest";
import { inOrder } from "./inOrder.ts";

async function* upTo(count: number): AsyncGenerator<number> {
  for (let i = 0; i < count; i++) yield i;
}

it("work whose results nobody takes any more is aborted, begun or not", async () => {
  let aborted = 0;
  const work = (item: number, signal: AbortSignal): Promise<number> =>
    new Promise((resolve) => {
      if (item === 0) return resolve(0);
      const leave = (): void => {
        aborted++;
        resolve(-1);
      };
      if (signal.aborted) leave();
      else signal.addEventListener("abort", leave);
    });
  for await (const result of inOrder(upTo(100), 3, new AbortController().signal, work)) {
    expect(result).toBe(0);
    break;
  }
  // Of the twelve that are taken at most, all but the first.
  await expect.poll(() => aborted).toBe(11);
});
